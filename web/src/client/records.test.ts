import { expect, test } from "vitest";
import { type Page, type RecordData, refersAlike, withRow } from "./records";

const row: RecordData = {
  id: "1",
  version: 1,
  name: "a",
  owner_id: "x",
  expand: { owner: { id: "x", version: 1 } },
};
const page: Page = { items: [row, { id: "2", version: 1, name: "b" }], next: null, count: null };

test("a row becomes what was written, with the columns that it had", () => {
  const now: RecordData = { id: "1", version: 2, name: "c", owner_id: "x", note: "not shown" };
  const [first, second] = withRow(page, "1", now).items;
  expect(first).toEqual({ ...row, version: 2, name: "c" });
  expect(second).toBe(page.items[1]);
  expect(withRow(page, "3", now)).toBe(page);
});

test("a row that can no longer be read is gone", () => {
  expect(withRow(page, "1", null).items.map((each) => each.id)).toEqual(["2"]);
});

test("names are read anew where something else is referred to", () => {
  expect(refersAlike("owner", row, { ...row, version: 2 })).toBe(true);
  expect(refersAlike("owner", row, { ...row, owner_id: "y" })).toBe(false);
  expect(refersAlike("", row, { ...row, owner_id: "y" })).toBe(true);
});
