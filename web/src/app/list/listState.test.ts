import { expect, test } from "vitest";
import { isSame, isStated, type ListState, NOTHING, readState, writeState } from "./listState";

const FULL: ListState = {
  search: "王",
  conditions: [{ field: "stage", operator: "anyOf", value: ["won"] }],
  text: "amount > 3",
  sort: { field: "amount", descending: true },
  columns: ["name", "amount"],
};
const again = (state: ListState, base?: ListState) =>
  readState(new URLSearchParams(writeState(state, base).toString()), base);

test("what a list is asked for survives the address", () => {
  expect(again(FULL)).toEqual(FULL);
});

test("an address that somebody spoilt asks for nothing", () => {
  expect(readState(new URLSearchParams("where={")).conditions).toEqual([]);
  expect(readState(new URLSearchParams('where=[{"field":"a"}]')).conditions).toEqual([]);
});

test("beside a saved view only what is different stands in the address, down to nothing at all", () => {
  expect(writeState(FULL, FULL).toString()).toBe("");
  expect(again(FULL, FULL)).toEqual(FULL);
  expect(again(NOTHING, FULL)).toEqual(NOTHING);
  expect(isStated(writeState(NOTHING, FULL))).toBe(true);
  for (const state of [
    { ...FULL, search: "" },
    { ...FULL, sort: null },
    { ...NOTHING, search: "李" },
  ])
    expect(again(state, FULL)).toEqual(state);
});

test("the order of members is no difference", () => {
  const turned = { value: ["won"], operator: "anyOf", field: "stage" } as ListState["conditions"][number];
  expect(isSame({ ...FULL, conditions: [turned] }, FULL)).toBe(true);
  expect(isSame({ ...FULL, columns: null }, FULL)).toBe(false);
});
