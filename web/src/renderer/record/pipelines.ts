import type { PipelineMeta } from "@/metadata/app";
import type { AppView } from "../context";
import { isMet, lookupOf } from "../form/conditions";

/** The pipeline that a record goes through, of its first stage field: the author's first whose condition holds. */
export function pipelineOf(
  view: AppView,
  entity: string,
  values: Record<string, unknown>,
  field?: string,
): PipelineMeta | undefined {
  const lookup = lookupOf(view, entity, values);
  return view.app.pipelines.find(
    (each) =>
      each.entity === entity &&
      (field === undefined || each.field === field) &&
      isMet(each.when, each.trees, lookup, !each.when),
  );
}
