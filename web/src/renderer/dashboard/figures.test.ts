import { expect, test } from "vitest";
import type { MetricAnswer, MetricRow } from "@/client/metrics";
import type { AppMeta } from "@/metadata/app";
import { makeView } from "../context";
import { byValue, inOrder, rounded, sayFigure, sayGroup } from "./figures";

const stages = ["need", "quote", "won"].map((key) => ({ key, label: { "zh-CN": key.toUpperCase() } }));
const app = {
  key: "crm",
  settings: { currency: "CNY" },
  entities: [{ key: "deal", fields: [{ key: "stage", type: "stage", options: stages }] }],
} as unknown as AppMeta;
const view = makeView(app, "zh-CN");
const row = (stage: string | null, value: string): MetricRow => ({ stage, value, count: 1, filter: "" });
const answer = (
  measure: string,
  unit: MetricAnswer["metric"]["unit"],
  rows: MetricRow[] = [],
): MetricAnswer => ({
  metric: { key: "m", label: {}, unit, measure, target: null, entity: "deal" },
  dimensions: [{ key: "stage", label: {}, type: "option", entity: "deal", field: "stage" }],
  rows,
  truncated: false,
});

test.each([
  ["0.1250000000", 1, "0.1"],
  ["52.77777778", 1, "52.8"],
  ["9.9950", 2, "10"],
  ["-2.5", 0, "-3"],
  ["1200", 0, "1200"],
])("%s at %d is %s", (text, places, expected) => {
  expect(rounded(text, places)).toBe(expected);
});

test("figures are said by what they measure", () => {
  expect(sayFigure(view, answer("share", null), "0.5277777778")).toBe("52.8%");
  expect(sayFigure(view, answer("sum", { en: "CNY", "zh-CN": "元" }), "94715.00")).toBe("¥94,715");
  expect(sayFigure(view, answer("count", { "zh-CN": "条" }), 41)).toBe("41 条");
  expect(sayFigure(view, answer("average", null), null)).toBe("–");
});

test("groups are said by their labels", () => {
  const [dimension] = answer("count", null).dimensions;
  if (!dimension) throw new Error("no dimension");
  expect(sayGroup(view, dimension, "won", "-")).toBe("WON");
  expect(sayGroup(view, dimension, null, "-")).toBe("-");
  expect(sayGroup(view, { key: "month", label: {}, type: "date" }, "2026-03-01", "-")).toBe("2026-03");
});

test("stages follow each other, other groups by what is most", () => {
  const rows = [row("won", "1"), row(null, "9"), row("need", "3")];
  expect(inOrder(view, answer("count", null, rows)).map((each) => each.stage)).toEqual(["need", "won", null]);
  expect(byValue(rows).map((each) => each.value)).toEqual(["9", "3", "1"]);
});
