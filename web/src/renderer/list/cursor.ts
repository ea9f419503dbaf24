/** Where the keyboard is in a grid: a row and one of its columns. */
export interface Cursor {
  row: number;
  column: number;
}

const STEPS: Record<string, [rows: number, columns: number]> = {
  ArrowDown: [1, 0],
  ArrowUp: [-1, 0],
  ArrowRight: [0, 1],
  ArrowLeft: [0, -1],
};

const within = (place: number, count: number): number => Math.max(0, Math.min(place, count - 1));

/** Where a key of the grid pattern leads; null where it is none. */
export function moved(
  key: string,
  control: boolean,
  at: Cursor,
  size: { rows: number; columns: number; page: number },
): Cursor | null {
  const to = (row: number, column: number): Cursor => ({
    row: within(row, size.rows),
    column: within(column, size.columns),
  });
  const step = STEPS[key];
  if (step) return control ? null : to(at.row + step[0], at.column + step[1]);
  switch (key) {
    case "Home":
      return to(control ? 0 : at.row, 0);
    case "End":
      return to(control ? size.rows - 1 : at.row, size.columns - 1);
    case "PageDown":
      return to(at.row + size.page, at.column);
    case "PageUp":
      return to(at.row - size.page, at.column);
    default:
      return null;
  }
}

/** The next cell that can be edited, row after row; null where there is none any more. */
export function nextEditable(
  at: Cursor,
  step: 1 | -1,
  rows: number,
  editable: readonly boolean[],
): Cursor | null {
  if (!editable.includes(true)) return null;
  let { row, column } = at;
  for (;;) {
    column += step;
    if (column < 0 || column >= editable.length) {
      row += step;
      column = step > 0 ? 0 : editable.length - 1;
    }
    if (row < 0 || row >= rows) return null;
    if (editable[column]) return { row, column };
  }
}
