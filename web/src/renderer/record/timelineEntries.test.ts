import { expect, test } from "vitest";
import { type Entry, tell } from "./timelineEntries";

const entry = (more: Partial<Entry>): Entry => ({
  id: "1",
  entry: "event",
  at: "2026-01-01T00:00:00Z",
  by: null,
  ...more,
});
const isStage = (field: string) => field === "stage";

test("a move is told once", () => {
  const moved = entry({ entry: "stage", stage: "won" });
  const change = entry({
    entry: "change",
    act: "transition",
    changes: [{ field: "stage", before: "a", after: "b" }],
  });
  expect(tell([moved, change], isStage)).toHaveLength(1);
});

test("what changed beside the stage is still told", () => {
  const changes = [
    { field: "stage", before: "a", after: "b" },
    { field: "amount", before: "1", after: "2" },
  ];
  expect(tell([entry({ entry: "change", changes })], isStage)[0]?.changes).toEqual([changes[1]]);
});

test("the same behaviour in a row is one line", () => {
  const visit = entry({ kind: "page_view", topic: "/a" });
  const told = tell([visit, visit, entry({ kind: "page_view", topic: "/b" }), visit], isStage);
  expect(told.map((each) => each.times)).toEqual([2, 1, 1]);
});

test("a record that was made is told even if nothing else is known of it", () => {
  expect(tell([entry({ entry: "change", act: "create", changes: [] })], isStage)).toHaveLength(1);
});
