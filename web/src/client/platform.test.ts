import { expect, test } from "vitest";
import { idsTo, type Named, treeOf } from "./platform";

const items: Named[] = [
  { id: "1", name: "华东" },
  { id: "2", name: "浙江", parent_id: "1" },
  { id: "3", name: "杭州", parent_id: "2" },
  { id: "4", name: "江苏", parent_id: "1" },
  { id: "5", name: "海外", parent_id: "gone" },
];

test("a flat list becomes trees; whose parent is not in it is a root", () => {
  const [east, abroad] = treeOf(items);
  expect(east?.children?.map((each) => each.name)).toEqual(["浙江", "江苏"]);
  expect(east?.children?.[0]?.children?.map((each) => each.name)).toEqual(["杭州"]);
  expect(abroad?.children).toBe(undefined);
});

test("the way from the root to a place", () => {
  expect(idsTo("3", items)).toEqual(["1", "2", "3"]);
  expect(idsTo("none", items)).toEqual([]);
});
