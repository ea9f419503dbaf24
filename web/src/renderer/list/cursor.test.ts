import { expect, test } from "vitest";
import { moved, nextEditable } from "./cursor";

const SIZE = { rows: 100, columns: 4, page: 20 };

test.each([
  ["ArrowDown", false, [5, 1], [6, 1]],
  ["ArrowUp", false, [0, 1], [0, 1]],
  ["ArrowRight", false, [5, 3], [5, 3]],
  ["ArrowLeft", false, [5, 1], [5, 0]],
  ["Home", false, [5, 3], [5, 0]],
  ["End", false, [5, 0], [5, 3]],
  ["Home", true, [5, 3], [0, 0]],
  ["End", true, [5, 0], [99, 3]],
  ["PageDown", false, [90, 2], [99, 2]],
  ["PageUp", false, [30, 2], [10, 2]],
] as const)("%s (control: %s)", (key, control, [row, column], [toRow, toColumn]) => {
  expect(moved(key, control, { row, column }, SIZE)).toEqual({ row: toRow, column: toColumn });
});

test("other keys lead nowhere", () => {
  expect(moved("a", false, { row: 0, column: 0 }, SIZE)).toBeNull();
  expect(moved("ArrowDown", true, { row: 0, column: 0 }, SIZE)).toBeNull();
});

test("editing goes on through what can be edited, over the ends of rows", () => {
  const editable = [true, false, true, false];
  expect(nextEditable({ row: 0, column: 0 }, 1, 2, editable)).toEqual({ row: 0, column: 2 });
  expect(nextEditable({ row: 0, column: 2 }, 1, 2, editable)).toEqual({ row: 1, column: 0 });
  expect(nextEditable({ row: 1, column: 0 }, -1, 2, editable)).toEqual({ row: 0, column: 2 });
  expect(nextEditable({ row: 1, column: 2 }, 1, 2, editable)).toBeNull();
  expect(nextEditable({ row: 0, column: 0 }, -1, 2, editable)).toBeNull();
  expect(nextEditable({ row: 0, column: 0 }, 1, 2, [false, false])).toBeNull();
});
