import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { Condition } from "@/renderer/list/filters";
import type { Sorting } from "@/renderer/list/Grid";

/** What a list is asked for beside its view; it stands in the address, so that a list can be sent to somebody. */
export interface ListState {
  search: string;
  conditions: Condition[];
  /** An expression that somebody wrote, or that a figure led here with. */
  text: string;
  sort: Sorting | null;
}

export function readState(words: URLSearchParams): ListState {
  const sort = words.get("sort") ?? "";
  return {
    search: words.get("q") ?? "",
    conditions: readConditions(words.get("where")),
    text: words.get("filter") ?? "",
    sort: sort ? { field: sort.replace(/^-/, ""), descending: sort.startsWith("-") } : null,
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

export function writeState(state: ListState): URLSearchParams {
  const words = new URLSearchParams();
  if (state.search) words.set("q", state.search);
  if (state.conditions.length > 0) words.set("where", JSON.stringify(state.conditions));
  if (state.text) words.set("filter", state.text);
  if (state.sort) words.set("sort", `${state.sort.descending ? "-" : ""}${state.sort.field}`);
  return words;
}

export function useListState(): [ListState, (change: Partial<ListState>) => void] {
  const [words, setWords] = useSearchParams();
  const state = useMemo(() => readState(words), [words]);
  const change = useCallback(
    (part: Partial<ListState>) =>
      setWords((before) => writeState({ ...readState(before), ...part }), { replace: true }),
    [setWords],
  );
  return [state, change];
}
