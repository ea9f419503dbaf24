import { useQueryClient } from "@tanstack/react-query";
import { Alert, Modal } from "antd";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeMany } from "@/client/bulk";
import type { RecordData } from "@/client/records";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { FieldInput } from "@/renderer/fields/FieldInput";
import { nameOf } from "@/renderer/fields/names";
import { problemText } from "@/ui/problemText";
import { type Left, sortResults } from "./bulk";
import { FieldSelect } from "./FieldSelect";

interface BulkDialogProps {
  entity: EntityMeta;
  records: RecordData[];
  /** With the ids that were refused, where something was written. */
  onClose: (left?: string[]) => void;
}

const FILES = new Set(["file", "files", "image", "images"]);

/** One field of many records; afterwards what became of each, and the refused ones stay chosen. */
export function BulkDialog(props: BulkDialogProps) {
  const { entity, records } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const queries = useQueryClient();
  const [key, setKey] = useState<string>();
  const [value, setValue] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [result, setResult] = useState<{ done: number; left: Left[] } | null>(null);
  const fields = entity.fields.filter((field) => field.writable && !FILES.has(field.type));
  const field = fields.find((each) => each.key === key);

  async function write() {
    if (!field) return;
    setBusy(true);
    setFailure(null);
    const ids = records.map((record) => record.id);
    try {
      const results = await changeMany(view.app.key, entity.key, ids, { [field.key]: value });
      setResult(sortResults(ids, results));
      void queries.invalidateQueries({ queryKey: ["records", view.app.key] });
      void queries.invalidateQueries({ queryKey: ["record", view.app.key, entity.key] });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const close = () => props.onClose(result?.left.map((each) => each.id));
  return (
    <Modal
      open
      className="sheet"
      width={480}
      title={t("bulk.editTitle", { count: records.length })}
      okText={result ? t("close") : t("bulk.write", { count: records.length })}
      cancelText={t("cancel")}
      cancelButtonProps={result ? { style: { display: "none" } } : {}}
      confirmLoading={busy}
      okButtonProps={{ disabled: !field }}
      onOk={() => (result ? close() : void write())}
      onCancel={close}
    >
      {result ? (
        <Outcome entity={entity} records={records} {...result} />
      ) : (
        <div className="filter-editor wide">
          <FieldSelect
            fields={fields}
            value={key}
            onChange={(next: string) => {
              setKey(next);
              setValue(null);
            }}
          />
          {field && <FieldInput entity={entity.key} field={field} value={value} onChange={setValue} />}
        </div>
      )}
      {failure !== null && (
        <Alert type="error" showIcon title={problemText(failure, t)} className="gap-above" />
      )}
    </Modal>
  );
}

function Outcome(props: { entity: EntityMeta; records: RecordData[]; done: number; left: Left[] }) {
  const { t } = useTranslation();
  const view = useAppView();
  const byId = new Map(props.records.map((record) => [record.id, record]));
  return (
    <div aria-live="polite">
      <p className="bulk-done">
        <CircleCheck size={16} aria-hidden /> {t("bulk.done", { count: props.done })}
      </p>
      {props.left.length > 0 && (
        <>
          <p className="muted">{t("bulk.left", { count: props.left.length })}</p>
          <ul className="bulk-left">
            {props.left.map((each) => {
              const record = byId.get(each.id);
              return (
                <li key={each.id}>
                  <b>{record ? nameOf(view, props.entity.key, record) : each.id}</b> {each.why}
                </li>
              );
            })}
          </ul>
        </>
      )}
    </div>
  );
}
