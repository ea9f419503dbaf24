import type { AppMeta, FieldMeta, LocaleText, PipelineMeta, ViewMeta } from "@/metadata/app";
import { optionsOf } from "../fields/options";
import { joinFilters } from "../list/filters";

/** One column of a board. */
export interface Lane {
  key: string;
  label: LocaleText;
  outcome: string;
}

/** The pipelines that a board may show, one at a time; none where its lanes are mere options. */
export function pipelinesOf(app: AppMeta, view: ViewMeta): PipelineMeta[] {
  return app.pipelines.filter((each) => each.entity === view.entity && each.field === view.group);
}

/** The pipeline that most records go through: the one without a condition, else the author's first. */
export function mainPipeline(pipelines: PipelineMeta[]): PipelineMeta | undefined {
  return pipelines.find((each) => !each.when) ?? pipelines[0];
}

export function lanesOf(field: FieldMeta, pipeline: PipelineMeta | undefined, counted: Set<string>): Lane[] {
  const all: Lane[] = pipeline
    ? pipeline.stages.map(({ key, label, outcome }) => ({ key, label, outcome: outcome ?? "open" }))
    : optionsOf(field).map(({ key, label }) => ({ key, label, outcome: "open" }));
  // A lane where something ended badly is shown only where there is something in it: the filter may leave it out.
  return all.filter((lane) => lane.outcome !== "lost" || counted.has(lane.key));
}

/** The records of a board that go through one of its pipelines; the main one has those that no condition takes. */
export function filterOf(
  view: ViewMeta,
  pipelines: PipelineMeta[],
  chosen: PipelineMeta | undefined,
): string {
  if (!chosen || pipelines.length < 2) return view.filter ?? "";
  if (chosen.when) return joinFilters([view.filter, chosen.when]);
  const others = pipelines.flatMap((each) => (each.when ? [`(${each.when})`] : []));
  return joinFilters([view.filter, `COALESCE(not (${others.join(" or ")}), true)`]);
}

/** The filter of one lane. */
export const laneFilter = (filter: string, field: string, lane: string): string =>
  joinFilters([filter, `${field} == ${JSON.stringify(lane)}`]);
