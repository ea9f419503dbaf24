import { Check, ShieldCheck } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { PipelineMeta } from "@/metadata/app";
import { useAppView } from "../context";
import { demandsOf, waysOf } from "./ways";

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
  const list = useRef<HTMLOListElement>(null);
  const here = props.record[props.pipeline.field] as string | null;
  useEffect(() => {
    const current = list.current?.querySelector<HTMLElement>(`[data-stage="${here}"]`);
    if (current && list.current) list.current.scrollLeft = current.offsetLeft - list.current.offsetLeft - 48;
  }, [here]);
  return (
    <ol ref={list} className="stage-path" aria-label={view.text(props.pipeline.label)}>
      {waysOf(props.pipeline, here).map((way) => {
        const label = view.text(way.stage.label);
        const isHere = way.state === "here";
        const said = isHere
          ? t("record.here", { stage: label })
          : way.isOpen
            ? t("record.moveTo", { stage: label })
            : t("record.noWay", { stage: label });
        const demands = demandsOf(way.stage, (key) => view.field(props.pipeline.entity, key)?.label).map(
          view.text,
        );
        const asked =
          way.isOpen && demands.length > 0 ? t("record.demands", { what: demands.join(t("comma")) }) : "";
        return (
          <li
            key={way.stage.key}
            data-stage={way.stage.key}
            data-state={way.state}
            data-outcome={way.stage.outcome ?? "open"}
          >
            <button
              type="button"
              // Where it stands stays within reach of keys: a phone scrolls the path, which needs one such place.
              disabled={!isHere && (!props.canMove || !way.isOpen)}
              aria-disabled={isHere || undefined}
              aria-current={isHere ? "step" : undefined}
              aria-label={said}
              title={[said, asked].filter(Boolean).join("\n")}
              onClick={() => isHere || props.onMove(way.stage.key)}
            >
              {way.state === "done" && <Check size={13} aria-hidden />}
              {way.state === "ahead" && way.isGated && <ShieldCheck size={13} aria-hidden />}
              <span>{label}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
