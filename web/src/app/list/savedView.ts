import type { AskedView, SavedView } from "@/client/savedViews";
import type { FieldMeta, ViewMeta } from "@/metadata/app";
import { wireName } from "@/metadata/system";
import { joinFilters, writeCondition } from "@/renderer/list/filters";
import type { Sorting } from "@/renderer/list/Grid";
import { readFilter } from "@/renderer/list/readFilter";
import { type ListState, NOTHING, writeState } from "./listState";

export type FieldOf = (key: string) => FieldMeta | undefined;

/** The sort text of the wire: `-maturity,name`. */
export function sortText(view: ViewMeta, sort: Sorting | null): string {
  const keys = sort ? [sort] : view.sort;
  return keys.map((each) => `${each.descending ? "-" : ""}${wireName(each.field)}`).join(",");
}

/** What a list is narrowed by, as an expression; without what belongs to its view. */
export function expressionOf(state: ListState, fieldOf: FieldOf): string {
  const written = state.conditions.map((condition) => {
    const field = fieldOf(condition.field);
    return field ? writeCondition(condition, field) : "";
  });
  return joinFilters([...written, state.text]);
}

const isBroken = (saved: SavedView, field: string): boolean =>
  saved.broken.some((each) => each.field === field);

/** A saved view as a list knows views. Its filter is none of it: it stands in the state, where it can be changed. */
export function viewOf(saved: SavedView): ViewMeta {
  const keys = saved.sort && !isBroken(saved, "sort") ? saved.sort.split(",") : [];
  return {
    id: saved.id,
    key: saved.id,
    entity: saved.entity,
    label: { "zh-CN": saved.name },
    kind: "list",
    columns: saved.columns,
    sort: keys.map((key) => ({ field: key.replace(/^-/, ""), descending: key.startsWith("-") })),
  };
}

/** The state in which a saved view shows its list. */
export function baseOf(saved: SavedView, fieldOf: FieldOf): ListState {
  return { ...NOTHING, search: saved.search, ...readFilter(saved.filter, fieldOf) };
}

/** What is kept when a list is saved as it stands. */
export function askedView(view: ViewMeta, state: ListState, fieldOf: FieldOf): AskedView {
  return {
    filter: joinFilters([view.filter, expressionOf(state, fieldOf)]),
    sort: sortText(view, state.sort),
    columns: state.columns ?? view.columns,
    search: state.search,
  };
}

/** The address of what is left of a broken view, so that it can be looked at and saved anew. */
export function mendedWords(saved: SavedView, fieldOf: FieldOf): string {
  const base = baseOf(saved, fieldOf);
  const columns = saved.columns.filter((key) => fieldOf(key));
  const whole = isBroken(saved, "filter") ? { ...NOTHING, search: saved.search } : base;
  return writeState({ ...whole, columns }, base).toString();
}
