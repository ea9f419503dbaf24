import { expect, test } from "vitest";
import type { SavedView } from "@/client/savedViews";
import type { FieldMeta } from "@/metadata/app";
import { NOTHING, readState } from "./listState";
import { askedView, baseOf, mendedWords, viewOf } from "./savedView";

const TYPES: Record<string, string> = { name: "text", amount: "money", stage: "stage", owner: "user" };
const fieldOf = (key: string): FieldMeta | undefined =>
  key in TYPES ? ({ key, type: TYPES[key] } as unknown as FieldMeta) : undefined;
const SAVED: SavedView = {
  id: "0193",
  version: 2,
  entity: "deal",
  name: "大单",
  owner: { id: "1", name: "王" },
  shared: "none",
  filter: '(owner == me) and (stage in ["won"]) and (amount > 3 or amount < 1)',
  sort: "-amount,name",
  columns: ["name", "owner", "amount"],
  search: "泵",
  writable: true,
  broken: [],
};

test("a saved view that was opened and is saved again is the same", () => {
  const { filter, sort, columns, search } = SAVED;
  expect(askedView(viewOf(SAVED), baseOf(SAVED, fieldOf), fieldOf)).toEqual({
    filter,
    sort,
    columns,
    search,
  });
});

test("a view of the app keeps its own filter when it is saved under another name", () => {
  const own = { ...viewOf(SAVED), filter: "owner == me" };
  const state = { ...NOTHING, text: "amount > 3", sort: { field: "owner", descending: true } };
  expect(askedView(own, state, fieldOf)).toEqual({
    filter: "(owner == me) and (amount > 3)",
    sort: "-owner_id",
    columns: SAVED.columns,
    search: "",
  });
});

test("what is left of a broken view can be opened", () => {
  const fault = { code: "x", message: "x" };
  const broken = {
    ...SAVED,
    columns: ["name", "gone"],
    broken: [
      { field: "filter", ...fault },
      { field: "columns", ...fault },
      { field: "sort", ...fault },
    ],
  };
  const state = readState(new URLSearchParams(mendedWords(broken, fieldOf)), baseOf(broken, fieldOf));
  expect(state).toEqual({ ...NOTHING, search: "泵", columns: ["name"] });
  expect(viewOf(broken).sort).toEqual([]);
  const half = { ...SAVED, broken: [{ field: "sort", ...fault }] };
  const kept = readState(new URLSearchParams(mendedWords(half, fieldOf)), baseOf(half, fieldOf));
  expect(kept.conditions).toHaveLength(2);
});
