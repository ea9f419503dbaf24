import { expect, test } from "vitest";
import { matches } from "./RegionInput";

const place = { id: "1", name: "浙江", code: "zj", pinyin: "zhejiang zj" };

test.each([
  ["浙", true],
  ["江", true],
  ["zhej", true],
  ["zj", true],
  ["jiang", false],
  ["苏", false],
])("%s means 浙江: %s", (typed, expected) => {
  expect(matches(place, typed)).toBe(expected);
});
