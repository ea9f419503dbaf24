import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App as AntApp, Input, Modal } from "antd";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem, type Unmet } from "@/client/problem";
import { moveRecord, type RecordData } from "@/client/records";
import type { EntityMeta, PipelineMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { nameOf as recordName } from "@/renderer/fields/names";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";
import { Collect } from "./Collect";
import { type Collected, isBar, isGiven, joined, nameOf } from "./gate";

interface MoveDialogProps {
  entity: EntityMeta;
  pipeline: PipelineMeta;
  record: RecordData;
  to: string;
  /** What the gate has said already. */
  dryRun?: DryRun;
  onClose: (moved: boolean) => void;
}

export interface DryRun {
  allowed: boolean;
  unmet: Unmet[];
}

const NOTHING: Collected = { values: {}, evidence: {} };

/** What the gate of a stage asks for, collected in one place; one write moves the record. */
export function MoveDialog(props: MoveDialogProps) {
  const { entity, pipeline, record, to } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const queries = useQueryClient();
  const { message } = AntApp.useApp();
  const [collected, setCollected] = useState(NOTHING);
  const [note, setNote] = useState("");
  const [override, setOverride] = useState("");
  const [refused, setRefused] = useState<Unmet[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const stage = pipeline.stages.find((each) => each.key === to);
  const stageName = view.text(stage?.label);
  const way = { to, field: pipeline.field };
  const gate = useQuery({
    queryKey: ["record", view.app.key, entity.key, record.id, "gate", pipeline.field, to, record.version],
    queryFn: async () =>
      (await moveRecord<DryRun>(view.app.key, entity.key, record.id, { ...way, dry_run: true })).data,
    initialData: props.dryRun,
    staleTime: props.dryRun ? Number.POSITIVE_INFINITY : 0,
    gcTime: 0,
    retry: false,
  });
  const unmet = joined(gate.data?.unmet ?? [], refused);
  const barred = unmet.filter(isBar);
  const mayOverride =
    entity.acts.includes("override") &&
    (stage?.gate?.override_roles ?? []).some((role) => view.app.roles.includes(role));

  async function move() {
    setBusy(true);
    setFailure(null);
    const evidence = Object.entries(collected.evidence).flatMap(([key, files]) =>
      files.map((file) => ({ key, file_id: file.id })),
    );
    try {
      await moveRecord(view.app.key, entity.key, record.id, {
        ...way,
        values: collected.values,
        evidence,
        ...(note.trim() ? { note: note.trim() } : {}),
        ...(override.trim() ? { override: override.trim() } : {}),
      });
      void queries.invalidateQueries({ queryKey: ["records", view.app.key, entity.key] });
      await queries.invalidateQueries({ queryKey: ["record", view.app.key, entity.key, record.id] });
      void message.success(t("move.done", { stage: stageName }));
      props.onClose(true);
    } catch (error) {
      if (isProblem(error) && error.unmet.length > 0) setRefused(error.unmet);
      else setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      className="sheet"
      width={520}
      title={
        <>
          {t("record.moveTo", { stage: stageName })}
          <small className="dialog-what">{recordName(view, entity.key, record)}</small>
        </>
      }
      okText={t("move.do")}
      cancelText={t("cancel")}
      confirmLoading={busy}
      okButtonProps={{ disabled: gate.isPending || gate.isError || barred.length > 0 }}
      onOk={() => void move()}
      onCancel={() => props.onClose(false)}
    >
      {gate.isPending && <LoadingState rows={2} />}
      {gate.isError && <ErrorState error={gate.error} />}
      {gate.isSuccess && unmet.length === 0 && (
        <p className="gate-open">
          <CircleCheck size={16} aria-hidden /> {t("move.open")}
        </p>
      )}
      {barred.map((each) => (
        <Alert key={nameOf(each)} type="error" showIcon title={each.message} className="gap-below" />
      ))}
      {unmet.length > barred.length && (
        <>
          <p className="muted">{refused.length > 0 ? t("move.refused") : t("move.asks")}</p>
          <ul className="unmet" aria-live="polite">
            {unmet
              .filter((each) => !isBar(each))
              .map((each) => (
                <Asked
                  key={nameOf(each)}
                  {...props}
                  unmet={each}
                  isRefused={refused.includes(each)}
                  collected={collected}
                  onCollect={setCollected}
                />
              ))}
          </ul>
        </>
      )}
      {gate.isSuccess && barred.length === 0 && (
        <>
          <Input.TextArea
            value={note}
            onChange={(event) => setNote(event.target.value)}
            placeholder={t("move.note")}
            aria-label={t("move.note")}
            rows={1}
            maxLength={2000}
          />
          {mayOverride && unmet.length > 0 && (
            <Input
              className="gap-above"
              value={override}
              onChange={(event) => setOverride(event.target.value)}
              placeholder={t("move.override")}
              aria-label={t("move.override")}
              maxLength={2000}
            />
          )}
        </>
      )}
      {failure !== null && (
        <Alert type="error" showIcon title={problemText(failure, t)} className="gap-above" />
      )}
    </Modal>
  );
}

interface AskedProps extends MoveDialogProps {
  unmet: Unmet;
  isRefused: boolean;
  collected: Collected;
  onCollect: (change: (before: Collected) => Collected) => void;
}

/** One thing that is asked for, with its input; it shows whether something was given, and whether it was refused. */
function Asked(props: AskedProps) {
  const given = isGiven(props.pipeline, props.unmet, props.collected);
  const state = given ? "given" : props.isRefused ? "refused" : "open";
  const Mark = { given: CircleCheck, refused: CircleAlert, open: CircleDashed }[state];
  return (
    <li data-state={state}>
      <Mark size={16} aria-hidden />
      <div>
        <span>{props.unmet.message}</span>
        <Collect {...props} />
      </div>
    </li>
  );
}
