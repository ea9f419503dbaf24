import { expect, test } from "vitest";
import type { AppMeta, EntityMeta, FieldMeta } from "@/metadata/app";
import { makeView } from "../context";
import { foresee, isForeseeable, pathsOf } from "./foreseeing";

const field = (key: string, type: string, more: Partial<FieldMeta> = {}): FieldMeta => ({
  id: key,
  key,
  type,
  label: { "zh-CN": key },
  creatable: true,
  writable: true,
  sortable: true,
  filterable: true,
  computed: null,
  ...more,
});
const formula = (key: string, tree: unknown[], result: object): FieldMeta =>
  field(key, "formula", { computed: "formula", expression: key, trees: { [key]: tree }, result });
const name = (...parts: string[]) => ["name", ...parts];

const line = {
  key: "line",
  fields: [
    field("item", "reference", { entity: "item" }),
    field("count", "decimal", { scale: 2 }),
    field("price", "money", {
      scale: 4,
      default_expression: "default",
      trees: { default: name("item", "price") },
    }),
    formula("total", ["*", name("count"), name("price")], { type: "money", scale: 2 }),
    formula("twice", ["+", name("total"), name("total")], { type: "money", scale: 2 }),
    formula("loop", name("loop"), { type: "money", scale: 2 }),
    formula("sold", name("item", "sold"), { type: "money", scale: 2 }),
  ],
} as unknown as EntityMeta;
const item = {
  key: "item",
  fields: [field("price", "money", { scale: 4 }), field("sold", "rollup", { computed: "rollup" })],
} as unknown as EntityMeta;
const view = makeView({ entities: [line, item], roles: [], settings: {} } as unknown as AppMeta, "zh-CN");
const known = (id: string) => (id === "a" ? { id, version: 1, price: "19.9900", sold: "5.00" } : undefined);

test("a default comes from the record that was chosen, and formulas follow it", () => {
  const found = foresee(view, line, { item: "a", count: "2.5" }, "create", known);
  expect(found.wire("price")).toBe("19.9900");
  expect(found.wire("total")).toBe("49.98");
  expect(found.wire("twice")).toBe("99.96");
});

test("what is typed stands over the default; what was emptied stays empty", () => {
  expect(foresee(view, line, { item: "a", count: "2", price: "3" }, "create", known).wire("total")).toBe(
    "6.00",
  );
  expect(foresee(view, line, { item: "a", count: "2", price: null }, "create", known).wire("total")).toBe(
    null,
  );
});

test("what only the server knows is left to it", () => {
  const before = foresee(view, line, { item: "b", count: "2" }, "create", known);
  expect(before.wire("price")).toBe(undefined);
  expect(before.wire("total")).toBe(undefined);
  const after = foresee(view, line, { item: "a" }, "create", known);
  expect(after.wire("loop")).toBe(undefined);
  expect(after.wire("sold")).toBe(undefined); // a sum that the save itself may change
  expect(foresee(view, line, { sold: "4.00" }, "update", known).wire("sold")).toBe(null);
});

test("of other records only what is read is asked for", () => {
  expect(pathsOf(view, line, [])).toEqual(new Map([["item", new Set(["price", "sold"])]]));
});

test("a form shows what it can foresee", () => {
  const shown = line.fields.filter((each) => isForeseeable(view, "line", each, "create"));
  expect(shown.map((each) => each.key)).toEqual(["price", "total", "twice"]);
});
