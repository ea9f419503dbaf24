import { expect, test } from "vitest";
import type { FieldMeta } from "@/metadata/app";
import { type Condition, joinFilters, writeCondition } from "./filters";
import { readFilter } from "./readFilter";

const TYPES: Record<string, string> = {
  名称: "text",
  stage: "stage",
  budget: "money",
  day: "date",
  created_at: "instant",
  tags: "tags",
  owner: "user",
  vip: "boolean",
  files: "files",
};
const fieldOf = (key: string): FieldMeta | undefined =>
  key in TYPES ? ({ key, type: TYPES[key] } as unknown as FieldMeta) : undefined;

const LINES: Condition[] = [
  { field: "名称", operator: "contains", value: 'a"b) and (c\\' },
  { field: "名称", operator: "is", value: "(" },
  { field: "stage", operator: "anyOf", value: ["won", "lost"] },
  { field: "stage", operator: "noneOf", value: ["won"] },
  { field: "budget", operator: "atLeast", value: "300000.00" },
  { field: "budget", operator: "is", value: "-3" },
  { field: "day", operator: "atMost", value: "2026-01-31" },
  { field: "created_at", operator: "is", value: "2026-01-31" },
  { field: "tags", operator: "has", value: "大客户" },
  { field: "owner", operator: "isMe" },
  { field: "owner", operator: "isNot", value: "0193" },
  { field: "vip", operator: "yes" },
  { field: "vip", operator: "no" },
  { field: "files", operator: "filled" },
];
const written = (lines: Condition[]): string[] =>
  lines.map((line) => writeCondition(line, fieldOf(line.field) as FieldMeta));

test("lines come back as they were, alone, together, and inside of each other", () => {
  for (const line of LINES)
    expect(readFilter(written([line])[0] ?? "", fieldOf)).toEqual({ conditions: [line], text: "" });
  expect(readFilter(joinFilters(written(LINES)), fieldOf)).toEqual({ conditions: LINES, text: "" });
  const nested = joinFilters(["owner == me", joinFilters(written(LINES.slice(0, 3)))]);
  expect(readFilter(nested, fieldOf).conditions).toEqual([
    { field: "owner", operator: "isMe" },
    ...LINES.slice(0, 3),
  ]);
});

test.each([
  ["amount > 3"],
  ["nothing == me"],
  ["vip or not vip"],
  ["(vip) or (not vip)"],
  ["(vip"],
  ['名称 == "a'],
  ["stage == 3"],
  ['vip in ["a"]'],
  ["budget == 3 and vip"],
])("%s stays as it was written", (text) => {
  expect(readFilter(text, fieldOf)).toEqual({ conditions: [], text });
});

test("what no line says stays beside the lines", () => {
  expect(readFilter("(vip) and (vip or not vip) and (budget > 3)", fieldOf)).toEqual({
    conditions: [{ field: "vip", operator: "yes" }],
    text: "(vip or not vip) and (budget > 3)",
  });
  expect(readFilter("", fieldOf)).toEqual({ conditions: [], text: "" });
});
