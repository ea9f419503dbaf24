import type { GateMeta, LocaleText, PipelineMeta, StageMeta } from "@/metadata/app";

/** How a stage stands to the one a record is in. */
export interface Way {
  stage: StageMeta;
  state: "done" | "here" | "ahead";
  /** Whether a transition leads there; what its gate says is for the server. */
  isOpen: boolean;
  /** Whether something is asked for on the way. */
  isGated: boolean;
}

/** The pipeline's stages as seen from `here`. Without transitions every stage can be reached from every other. */
export function waysOf(pipeline: PipelineMeta, here: string | null): Way[] {
  const place = pipeline.stages.findIndex((stage) => stage.key === here);
  const current = pipeline.stages[place];
  return pipeline.stages.map((stage, index) => ({
    stage,
    state: stage.key === here ? "here" : index < place && isBehind(stage, current) ? "done" : "ahead",
    isOpen: leads(pipeline, here, stage.key),
    isGated: asks(stage.gate) || stage.required_fields.length > 0,
  }));
}

/** Whether a stage further ahead was gone through: ends were, only where the record has ended well itself. */
function isBehind(stage: StageMeta, current: StageMeta | undefined): boolean {
  const [its, here] = [stage.outcome ?? "open", current?.outcome ?? "open"];
  return here !== "lost" && (its === "open" || (its === "won" && here === "won"));
}

function leads(pipeline: PipelineMeta, from: string | null, to: string): boolean {
  if (from === to) return false;
  if (pipeline.transitions.length === 0) return true;
  return pipeline.transitions.some(
    (each) =>
      each.to === to && ((each.from ?? []).length === 0 || (from !== null && each.from?.includes(from))),
  );
}

/** What a stage asks for, by the labels of its author; conditions by theirs. */
export function demandsOf(
  stage: StageMeta,
  fieldLabel: (key: string) => LocaleText | undefined,
): LocaleText[] {
  const { gate } = stage;
  const fields = [...stage.required_fields, ...(gate?.fields ?? [])].map(fieldLabel);
  const others = gate ? [...gate.evidence, ...gate.people, ...gate.actions, ...gate.criteria] : [];
  return [...fields, ...others.map((each) => each.label)].filter((label) => label !== undefined);
}

function asks(gate: GateMeta | undefined): boolean {
  if (!gate) return false;
  return [gate.fields, gate.evidence, gate.actions, gate.people, gate.criteria].some(
    (part) => part.length > 0,
  );
}
