import { expect, test } from "vitest";
import type { Lookup } from "@/expressions/evaluate";
import type { FieldMeta, FormItemMeta } from "@/metadata/app";
import { anyOf, fulfilled, ranked, wishesOf } from "./fitting";

const field = (key: string, type: string): FieldMeta =>
  ({
    id: key,
    key,
    type,
    label: {},
    creatable: true,
    writable: true,
    filterable: true,
  }) as unknown as FieldMeta;
const FIELDS = new Map([
  ["step", field("step", "option")],
  ["trades", field("trades", "options")],
]);
const item = {
  match: { step: '"contact"', trades: "trade", secret: "trade" },
  match_trees: { '"contact"': ["value", "contact"], trade: ["name", "trade"] },
} as unknown as FormItemMeta;
const lookupOf = (trade: string | null): Lookup => ({
  name: ([name]) => (name === "trade" ? trade : undefined),
});

test("a record wishes what it knows, of fields that one may read", () => {
  const wishes = wishesOf(item, lookupOf("tiles"), (key) => FIELDS.get(key));
  expect(wishes.map((each) => [each.field.key, each.value])).toEqual([
    ["step", "contact"],
    ["trades", "tiles"],
  ]);
  expect(anyOf(wishes)).toBe('(step == "contact") or ("tiles" in trades)');
  expect(wishesOf(item, lookupOf(null), (key) => FIELDS.get(key))).toHaveLength(1);
  expect(anyOf([])).toBe("");
});

test("what fits in more comes first; of equals the first", () => {
  const wishes = wishesOf(item, lookupOf("tiles"), (key) => FIELDS.get(key));
  const records = [
    { id: "a", version: 1, step: "quote", trades: [] },
    { id: "b", version: 1, step: "contact", trades: null },
    { id: "c", version: 1, step: "contact", trades: ["paint", "tiles"] },
    { id: "b", version: 1, step: "contact", trades: null },
    { id: "d", version: 1, step: "quote", trades: ["tiles"] },
  ];
  expect(ranked(records, wishes, 3).map((each) => each.id)).toEqual(["c", "b", "d"]);
  expect(fulfilled(wishes, records[3] as never).map((each) => each.field.key)).toEqual(["step"]);
});
