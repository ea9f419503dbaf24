import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { PipelineMeta } from "@/metadata/app";
import { useAppView } from "../context";

interface StagePathProps {
  pipeline: PipelineMeta;
  record: RecordData;
  canMove: boolean;
  onMove: (stage: string) => void;
}

/** The way of a record: what lies behind, where it stands, where it may go. A click asks the gate of a stage. */
export function StagePath(props: StagePathProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const here = props.record[props.pipeline.field] as string | null;
  const place = props.pipeline.stages.findIndex((stage) => stage.key === here);
  return (
    <ol className="stage-path" aria-label={view.text(props.pipeline.label)}>
      {props.pipeline.stages.map((stage, index) => {
        const state =
          stage.key === here ? "here" : index < place && stage.outcome !== "lost" ? "done" : "ahead";
        const label = view.text(stage.label);
        return (
          <li key={stage.key} data-state={state} data-outcome={stage.outcome ?? "open"}>
            <button
              type="button"
              disabled={!props.canMove || state === "here"}
              aria-current={state === "here" ? "step" : undefined}
              aria-label={state === "here" ? label : t("record.moveTo", { stage: label })}
              onClick={() => props.onMove(stage.key)}
            >
              {state === "done" && <Check size={13} aria-hidden />}
              {label}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** The pipeline that a record goes through: the one that has its stage; of several the author's first. */
export function pipelineOf(
  pipelines: PipelineMeta[],
  entity: string,
  record: RecordData,
): PipelineMeta | undefined {
  const own = pipelines.filter((each) => each.entity === entity);
  return own.find((each) => each.stages.some((stage) => stage.key === record[each.field])) ?? own[0];
}
