import { expect, test } from "vitest";
import type { Unmet } from "@/client/problem";
import type { PipelineMeta } from "@/metadata/app";
import { fieldOf, isBar, isGiven, joined } from "./gate";

const gate = {
  fields: [],
  evidence: [],
  actions: [],
  criteria: [],
  people: [{ key: "tech", label: {}, field: "technician", roles: [] }],
};
const pipeline = {
  stages: [{ id: "a", key: "a", label: {}, required_fields: [], gate }],
  transitions: [],
} as unknown as PipelineMeta;
const unmet = (kind: string, key: string, more: Partial<Unmet> = {}): Unmet => ({
  kind,
  key,
  message: "",
  ...more,
});

test("a person stands in the field that the gate names", () => {
  expect(fieldOf(pipeline, unmet("person", "tech"))).toBe("technician");
  expect(fieldOf(pipeline, unmet("field", "amount"))).toBe("amount");
  expect(fieldOf(pipeline, unmet("evidence", "photo"))).toBeNull();
});

test("evidence is given when there are enough files, those that are there already among them", () => {
  const photos = unmet("evidence", "photo", { needed: { count: 2 }, seen: { count: 1 } });
  const file = { id: "1", name: "a.png", size: 1, type: "image/png" };
  expect(isGiven(pipeline, photos, { values: {}, evidence: {} })).toBe(false);
  expect(isGiven(pipeline, photos, { values: {}, evidence: { photo: [file] } })).toBe(true);
});

test("what a refused write found stands for what the dry run said of the same", () => {
  const first = [unmet("field", "a"), unmet("evidence", "b")];
  const refused = [unmet("evidence", "b", { message: "too few" }), unmet("criterion", "c")];
  expect(joined(first, refused).map((each) => [each.key, each.message])).toEqual([
    ["a", ""],
    ["b", "too few"],
    ["c", ""],
  ]);
});

test("a way that does not exist cannot be filled in", () => {
  expect(isBar(unmet("way", "x"))).toBe(true);
  expect(isBar(unmet("criterion", "x"))).toBe(false);
});
