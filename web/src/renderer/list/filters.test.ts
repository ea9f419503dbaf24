import { expect, test } from "vitest";
import type { FieldMeta } from "@/metadata/app";
import { type Condition, joinFilters, operatorsOf, writeCondition } from "./filters";

const field = (type: string, more: Partial<FieldMeta> = {}): FieldMeta => ({
  id: "x",
  key: "x",
  type,
  label: {},
  creatable: true,
  writable: true,
  sortable: true,
  filterable: true,
  computed: null,
  ...more,
});
const write = (condition: Omit<Condition, "field">, type: string, more: Partial<FieldMeta> = {}) =>
  writeCondition({ field: "x", ...condition }, field(type, more));

test.each([
  [write({ operator: "contains", value: 'a"b' }, "text"), 'CONTAINS(x, "a\\"b")'],
  [write({ operator: "anyOf", value: ["a", "b"] }, "option"), 'x in ["a", "b"]'],
  [write({ operator: "atLeast", value: "300000.00" }, "money"), "x >= 300000.00"],
  [write({ operator: "atMost", value: "2026-01-31" }, "date"), 'x <= "2026-01-31"'],
  [write({ operator: "is", value: "2026-01-31" }, "instant"), 'DATE(x) == "2026-01-31"'],
  [write({ operator: "has", value: "vip" }, "tags"), '"vip" in x'],
  [write({ operator: "isMe" }, "user"), "x == me"],
  [write({ operator: "no" }, "boolean"), "not x"],
  [write({ operator: "filled" }, "file"), "not ISBLANK(x)"],
  [write({ operator: "is", value: 3 }, "formula", { result: { type: "integer" } as never }), "x == 3"],
])("%s", (text, expected) => {
  expect(text).toBe(expected);
});

test("filters are joined without changing what each says", () => {
  expect(joinFilters(["", null, "a or b"])).toBe("a or b");
  expect(joinFilters(["a or b", "c"])).toBe("(a or b) and (c)");
});

test("every type can be asked for something", () => {
  for (const type of [
    "text",
    "user",
    "region",
    "links",
    "tags",
    "stage",
    "boolean",
    "percent",
    "json",
    "images",
  ])
    expect(operatorsOf(field(type)).length).toBeGreaterThan(0);
});
