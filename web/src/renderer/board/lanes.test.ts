import { expect, test } from "vitest";
import type { FieldMeta, PipelineMeta, ViewMeta } from "@/metadata/app";
import { filterOf, laneFilter, lanesOf, mainPipeline } from "./lanes";

const view = { entity: "deal", group: "stage", filter: "a or b" } as ViewMeta;
const stage = (key: string, outcome = "open") => ({ id: key, key, label: {}, outcome, required_fields: [] });
const main = {
  key: "main",
  stages: [stage("need"), stage("won", "won"), stage("lost", "lost")],
} as unknown as PipelineMeta;
const oem = { key: "oem", when: 'kind == "oem"', stages: [] } as unknown as PipelineMeta;
const field = { key: "stage", options: [{ key: "x", label: {} }] } as FieldMeta;

test("the main pipeline is the one that asks for nothing", () => {
  expect(mainPipeline([oem, main])).toBe(main);
  expect(mainPipeline([oem])).toBe(oem);
});

test("each record stands on the board of one pipeline", () => {
  expect(filterOf(view, [oem, main], oem)).toBe('(a or b) and (kind == "oem")');
  expect(filterOf(view, [oem, main], main)).toBe('(a or b) and (COALESCE(not ((kind == "oem")), true))');
  expect(filterOf(view, [main], main)).toBe("a or b");
  expect(laneFilter("", "stage", "need")).toBe('stage == "need"');
});

test("a lost lane stands there only where it holds something", () => {
  expect(lanesOf(field, main, new Set()).map((lane) => lane.key)).toEqual(["need", "won"]);
  expect(lanesOf(field, main, new Set(["lost"])).map((lane) => lane.key)).toEqual(["need", "won", "lost"]);
  expect(lanesOf(field, undefined, new Set()).map((lane) => lane.key)).toEqual(["x"]);
});
