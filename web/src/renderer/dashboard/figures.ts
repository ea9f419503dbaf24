import type { MetricAnswer, MetricDimension, MetricRow } from "@/client/metrics";
import type { AppView } from "../context";
import { formatMoney, groupDigits, shift } from "../fields/format";
import { optionsOf } from "../fields/options";

/** A decimal text at most `places` behind the point, rounded half up. */
export function rounded(text: string, places: number): string {
  const [whole = "0", fraction = ""] = text.split(".");
  if (fraction.length <= places) return trimmed(text);
  const negative = text.startsWith("-");
  const digits = `${whole.replace("-", "")}${fraction.slice(0, places)}`;
  const up = (fraction[places] ?? "0") >= "5" ? 1n : 0n;
  const units = (BigInt(digits) + up).toString().padStart(places + 1, "0");
  const point = units.length - places;
  const result = places === 0 ? units : `${units.slice(0, point)}.${units.slice(point)}`;
  return trimmed(negative ? `-${result}` : result);
}

const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A figure as people read it: shares as percentages, money with its sign, averages short. */
export function sayFigure(view: AppView, answer: MetricAnswer, value: string | number | null): string {
  if (value === null) return "–";
  const text = String(value);
  const { measure, unit } = answer.metric;
  if (measure === "share") return `${rounded(shift(text, 2), 1)}%`;
  if (unit?.en === view.app.settings.currency) {
    return formatMoney(
      rounded(text, Math.abs(Number(text)) >= 1000 ? 0 : 2),
      view.app.settings.currency ?? "CNY",
    );
  }
  const said = groupDigits(rounded(text, Math.abs(Number(text)) >= 100 ? 0 : 2));
  return unit ? `${said} ${view.text(unit)}` : said;
}

const STEPS: Record<string, number> = { month: 7, quarter: 7, year: 4 };

/** A group by its label: options by theirs, months without their day. */
export function sayGroup(
  view: AppView,
  dimension: MetricDimension,
  value: MetricRow[string] | undefined,
  none: string,
): string {
  if (value === null || value === undefined || value === "") return none;
  if (dimension.type === "date" && typeof value === "string")
    return value.slice(0, STEPS[dimension.key] ?? 10);
  const option = optionsOfDimension(view, dimension).find((each) => each.key === value);
  return option ? view.text(option.label) : String(value);
}

function optionsOfDimension(view: AppView, dimension: MetricDimension) {
  const field = dimension.entity && dimension.field && view.field(dimension.entity, dimension.field);
  return field ? optionsOf(field) : [];
}

/** Rows in the order of the options, as stages follow each other; what is no option comes last. */
export function inOrder(view: AppView, answer: MetricAnswer): MetricRow[] {
  const [dimension] = answer.dimensions;
  if (!dimension) return answer.rows;
  const places = new Map(optionsOfDimension(view, dimension).map((option, place) => [option.key, place]));
  const place = (row: MetricRow) => places.get(String(row[dimension.key])) ?? places.size;
  return [...answer.rows].sort((one, other) => place(one) - place(other));
}

/** The groups of a dimension, each once, in the order of its options. */
export function groupsInOrder(
  view: AppView,
  dimension: MetricDimension,
  groups: readonly (MetricRow[string] | undefined)[],
): (MetricRow[string] | undefined)[] {
  const places = new Map(optionsOfDimension(view, dimension).map((option, place) => [option.key, place]));
  const place = (group: MetricRow[string] | undefined) => places.get(String(group)) ?? places.size;
  return [...new Set(groups)].sort((one, other) => place(one) - place(other));
}

/** The greatest first. */
export const byValue = (rows: readonly MetricRow[]): MetricRow[] =>
  [...rows].sort((one, other) => Number(other.value ?? 0) - Number(one.value ?? 0));

export const greatest = (rows: readonly MetricRow[]): number =>
  Math.max(0, ...rows.map((row) => Number(row.value ?? 0)));
