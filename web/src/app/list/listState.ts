import { useCallback, useEffect, useMemo, useRef } from "react";
import { useSearchParams } from "react-router";
import type { Condition } from "@/renderer/list/filters";
import type { Sorting } from "@/renderer/list/Grid";

/** What a list is asked for beside its view; it stands in the address, so that a list can be sent to somebody. */
export interface ListState {
  search: string;
  conditions: Condition[];
  /** An expression that somebody wrote, or that a figure led here with. */
  text: string;
  /** Null: the order of the view. */
  sort: Sorting | null;
  /** Null: the columns of the view. */
  columns: string[] | null;
}

export const NOTHING: ListState = { search: "", conditions: [], text: "", sort: null, columns: null };
const WORDS = ["q", "where", "filter", "sort", "cols"];

/** Whether an address says what a list is asked for; where it does not, the view says so. */
export const isStated = (words: URLSearchParams): boolean => WORDS.some((word) => words.has(word));

export const isSame = (one: ListState, other: ListState): boolean =>
  JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));

const ordered = (state: ListState) => [
  state.search,
  state.conditions.map((each) => [each.field, each.operator, each.value]),
  state.text,
  state.sort && [state.sort.field, state.sort.descending],
  state.columns,
];

/** The state that an address says; `base` where it says none. */
export function readState(words: URLSearchParams, base: ListState = NOTHING): ListState {
  if (!isStated(words)) return base;
  const sort = words.get("sort") ?? "";
  return {
    search: words.get("q") ?? "",
    conditions: readConditions(words.get("where")),
    text: words.get("filter") ?? "",
    sort: sort ? { field: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : null,
    columns: words.get("cols")?.split(",").filter(Boolean) ?? null,
  };
}

function readConditions(text: string | null): Condition[] {
  try {
    const found: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(found) ? (found as Condition[]).filter((each) => each.field && each.operator) : [];
  } catch {
    // An address that somebody cut or typed has no conditions.
    return [];
  }
}

/** The words of a state in an address; none where it is `base`. */
export function writeState(state: ListState, base: ListState = NOTHING): URLSearchParams {
  const words = new URLSearchParams();
  if (isSame(state, base)) return words;
  if (state.search) words.set("q", state.search);
  if (state.conditions.length > 0) words.set("where", JSON.stringify(state.conditions));
  if (state.text) words.set("filter", state.text);
  if (state.sort) words.set("sort", `${state.sort.descending ? "-" : ""}${state.sort.field}`);
  if (state.columns) words.set("cols", state.columns.join(","));
  if (!isStated(words)) words.set("where", "[]");
  return words;
}

const PREFIX = "dougong.list.";

/** Under which a list that was left narrowed is kept on this device, for one person. */
export const listPlace = (user: string, app: string, view: string): string =>
  `${PREFIX}${user}.${app}.${view}`;

/** Nobody else on this device shall find what was looked for. */
export function dropAllLists(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

function keep(place: string, words: string): void {
  try {
    if (words) localStorage.setItem(place, words);
    else localStorage.removeItem(place);
  } catch {
    // A full or closed store keeps nothing; the address still says it.
  }
}

/**
 * The state of a list: as the address says, else as it was left on this device, else as its view says.
 *
 * @param base of the view.
 * @param place where it is kept; null: a list that is not kept.
 */
export function useListState(
  base: ListState,
  place: string | null,
): { state: ListState; change: (part: Partial<ListState>) => void; reset: () => void } {
  const [words, setWords] = useSearchParams();
  const left = place !== null && !isStated(words) ? (localStorage.getItem(place) ?? "") : "";
  const text = left || words.toString();
  const state = useMemo(() => readState(new URLSearchParams(text), base), [text, base]);
  const latest = useRef(state);
  latest.current = state;
  useEffect(() => {
    // What was left stands in the address again, so that what is seen is what is sent on.
    if (left) setWords(new URLSearchParams(left), { replace: true });
  }, [left, setWords]);
  const change = useCallback(
    (part: Partial<ListState>) => {
      latest.current = { ...latest.current, ...part };
      const next = writeState(latest.current, base);
      if (place !== null) keep(place, next.toString());
      setWords(next, { replace: true });
    },
    [base, place, setWords],
  );
  const reset = useCallback(() => {
    if (place !== null) keep(place, "");
    setWords(new URLSearchParams(), { replace: true });
  }, [place, setWords]);
  return { state, change, reset };
}
