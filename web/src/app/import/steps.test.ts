import { expect, test } from "vitest";
import type { ImportJob, ImportState } from "@/client/imports";
import { percentOf, stepOf, writtenFilter, writtenOf } from "./steps";

const job = (state: ImportState, goal: ImportState = state) => ({ state, goal, busy: state !== goal });

test("whoever comes back finds the job where it is", () => {
  expect(stepOf(job("staged"), false)).toBe("map");
  expect(stepOf(job("staged", "previewed"), false)).toBe("check");
  expect(stepOf(job("checked"), false)).toBe("map");
  expect(stepOf(job("previewed"), false)).toBe("check");
  expect(stepOf(job("previewed"), true)).toBe("map");
  expect(stepOf(job("previewed", "applied"), true)).toBe("result");
  expect(stepOf(job("applied", "undone"), false)).toBe("result");
  expect(stepOf(job("cancelled"), true)).toBe("result");
});

test("the way to the preview has two halves, that of applying is one", () => {
  const progress = { done: 5, total: 10 };
  expect(percentOf({ ...job("staged", "previewed"), progress })).toBe(25);
  expect(percentOf({ ...job("checked", "previewed"), progress })).toBe(75);
  expect(percentOf({ ...job("previewed", "applied"), progress })).toBe(50);
  expect(percentOf({ ...job("staged", "previewed"), progress: { done: 0, total: 0 } })).toBe(0);
});

test("a preview that was cancelled has written nothing", () => {
  const counts = { new: 3, changed: 1, refused: 2 } as ImportJob["counts"];
  expect(writtenOf({ state: "applied", counts })).toBe(4);
  expect(writtenOf({ state: "cancelled", counts })).toBe(0);
  expect(writtenOf({ state: "cancelled", counts: { ...counts, fields: { name: 3 } } as never })).toBe(4);
  expect(writtenOf({ state: "undone", counts: { undone: 4, applied: counts } as never })).toBe(4);
});

test("what was imported is found by whoever wrote it, and when", () => {
  const job = { created_at: "2026-01-01T00:00:00Z", changed_at: "2026-01-01T00:01:00Z" };
  expect(writtenFilter({ ...job, counts: { new: 2, changed: 0 } as never })).toBe(
    'created_by == me and created_at >= "2026-01-01T00:00:00Z" and created_at <= "2026-01-01T00:01:00Z"',
  );
  const both = writtenFilter({ ...job, counts: { new: 2, changed: 1 } as never });
  expect(both).toMatch(/^\(created_by .*\) or \(updated_by .*\)$/);
});
