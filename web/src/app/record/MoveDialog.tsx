import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Input, Modal } from "antd";
import { CircleAlert, CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem, type Unmet } from "@/client/problem";
import { moveRecord, type RecordData } from "@/client/records";
import type { EntityMeta, PipelineMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { ErrorState, LoadingState } from "@/ui/States";
import { Collect, type Collected } from "./Collect";

interface MoveDialogProps {
  entity: EntityMeta;
  pipeline: PipelineMeta;
  record: RecordData;
  to: string;
  onClose: () => void;
}

interface DryRun {
  allowed: boolean;
  unmet: Unmet[];
}

/** What the gate of a stage asks for, collected in one place; one write moves the record. */
export function MoveDialog(props: MoveDialogProps) {
  const { entity, pipeline, record, to } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const queries = useQueryClient();
  const [collected, setCollected] = useState<Collected>({ values: {}, evidence: {} });
  const [note, setNote] = useState("");
  const [refused, setRefused] = useState<Unmet[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const stage = pipeline.stages.find((each) => each.key === to);
  const gate = useQuery({
    queryKey: ["record", view.app.key, entity.key, record.id, "gate", to, record.version],
    queryFn: async () =>
      (
        await moveRecord<DryRun>(view.app.key, entity.key, record.id, {
          to,
          field: pipeline.field,
          dry_run: true,
        })
      ).data,
    gcTime: 0,
  });
  const unmet = refused ?? gate.data?.unmet ?? [];

  async function move() {
    setBusy(true);
    setFailure(null);
    const evidence = Object.entries(collected.evidence).flatMap(([key, files]) =>
      files.map((file) => ({ key, file_id: file.id })),
    );
    try {
      await moveRecord(view.app.key, entity.key, record.id, {
        to,
        field: pipeline.field,
        values: collected.values,
        evidence,
        ...(note.trim() ? { note: note.trim() } : {}),
      });
      await queries.invalidateQueries({ queryKey: ["record", view.app.key, entity.key, record.id] });
      void queries.invalidateQueries({ queryKey: ["records", view.app.key, entity.key] });
      props.onClose();
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
      title={t("record.moveTo", { stage: view.text(stage?.label) })}
      okText={t("record.move")}
      cancelText={t("cancel")}
      confirmLoading={busy}
      okButtonProps={{ disabled: gate.isPending }}
      onOk={() => void move()}
      onCancel={props.onClose}
    >
      {gate.isPending && <LoadingState rows={2} />}
      {gate.isError && <ErrorState error={gate.error} />}
      {gate.isSuccess && unmet.length === 0 && (
        <p className="gate-open">
          <CircleCheck size={16} aria-hidden /> {t("record.gateOpen")}
        </p>
      )}
      {unmet.length > 0 && (
        <>
          <p>{t("record.gateAsks")}</p>
          <ul className="unmet">
            {unmet.map((each) => (
              <li key={`${each.kind}-${each.key}`}>
                <CircleAlert size={15} aria-hidden />
                <div>
                  <span>{each.message}</span>
                  <Collect
                    entity={entity}
                    record={record}
                    unmet={each}
                    collected={collected}
                    onCollect={setCollected}
                  />
                </div>
              </li>
            ))}
          </ul>
        </>
      )}
      <Input.TextArea
        value={note}
        onChange={(event) => setNote(event.target.value)}
        placeholder={t("record.note")}
        aria-label={t("record.note")}
        autoSize={{ minRows: 1, maxRows: 4 }}
        maxLength={2000}
      />
      {failure !== null && (
        <Alert
          type="error"
          showIcon
          title={isProblem(failure) ? failure.message : String(failure)}
          className="move-failure"
        />
      )}
    </Modal>
  );
}
