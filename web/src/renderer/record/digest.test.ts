import { expect, test } from "vitest";
import { digestOf } from "./digest";
import type { Entry } from "./timelineEntries";

const NOW = new Date("2026-11-28T08:00:00Z");
const entry = (id: string, at: string, more: Partial<Entry>): Entry => ({
  id,
  entry: "event",
  at,
  by: null,
  ...more,
});
const ENTRIES = [
  entry("1", "2026-11-27T08:00:00Z", { kind: "page_view" }),
  entry("2", "2026-11-26T08:00:00Z", { kind: "download" }),
  entry("3", "2026-11-25T08:00:00Z", { entry: "refusal", by: { id: "u", name: "林" } }),
  entry("4", "2026-11-20T08:00:00Z", { kind: "page_view" }),
  entry("5", "2026-11-19T08:00:00Z", { entry: "stage", stage: "contacted", by: { id: "u", name: "林" } }),
  entry("6", "2026-10-01T08:00:00Z", { kind: "page_view" }),
];

test("behaviour of the last days is counted, the most frequent first", () => {
  const digest = digestOf(ENTRIES, false, NOW);
  expect(digest.kinds).toEqual([
    { kind: "page_view", count: 2 },
    { kind: "download", count: 1 },
  ]);
  expect(digest.atLeast).toBe(false);
  expect([digest.touched?.id, digest.last?.id]).toEqual(["5", "1"]);
});

test("where older entries of these days were not looked at, the figures are the least", () => {
  expect(digestOf(ENTRIES.slice(0, 3), false, NOW).atLeast).toBe(true);
  expect(digestOf(ENTRIES.slice(0, 3), true, NOW).atLeast).toBe(false);
  expect(digestOf([], true, NOW)).toEqual({ kinds: [], atLeast: false, touched: null, last: null });
});
