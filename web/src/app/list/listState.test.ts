import { expect, test } from "vitest";
import { type ListState, readState, writeState } from "./listState";

test("what a list is asked for survives the address", () => {
  const state: ListState = {
    search: "王",
    conditions: [{ field: "stage", operator: "anyOf", value: ["won"] }],
    text: "amount > 3",
    sort: { field: "amount", descending: true },
  };
  expect(readState(new URLSearchParams(writeState(state).toString()))).toEqual(state);
});

test("an address that somebody spoilt asks for nothing", () => {
  expect(readState(new URLSearchParams("where={")).conditions).toEqual([]);
  expect(readState(new URLSearchParams('where=[{"field":"a"}]')).conditions).toEqual([]);
});
