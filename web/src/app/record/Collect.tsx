import { Button, Upload } from "antd";
import { Paperclip } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type StoredFile, uploadFile } from "@/client/files";
import { isProblem, type Unmet } from "@/client/problem";
import type { RecordData } from "@/client/records";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { FieldInput } from "@/renderer/fields/FieldInput";

export interface Collected {
  values: Record<string, unknown>;
  evidence: Record<string, StoredFile[]>;
}

interface CollectProps {
  entity: EntityMeta;
  record: RecordData;
  unmet: Unmet;
  collected: Collected;
  onCollect: (collected: Collected) => void;
}

/** The input that meets what is missing: a file, a field, a person; a condition can only be told. */
export function Collect(props: CollectProps) {
  const view = useAppView();
  const { unmet, collected } = props;
  if (unmet.kind === "evidence") return <EvidenceInput {...props} />;
  const key =
    unmet.kind === "person" ? personField(view.app.pipelines, props.entity.key, unmet.key) : unmet.key;
  const field =
    unmet.kind === "field" || unmet.kind === "person" ? view.field(props.entity.key, key) : undefined;
  if (!field?.writable) return null;
  return (
    <FieldInput
      entity={props.entity.key}
      field={field}
      value={collected.values[key] ?? null}
      onChange={(value) => props.onCollect({ ...collected, values: { ...collected.values, [key]: value } })}
    />
  );
}

function personField(
  pipelines: ReturnType<typeof useAppView>["app"]["pipelines"],
  entity: string,
  key: string,
): string {
  const gates = pipelines
    .filter((each) => each.entity === entity)
    .flatMap((each) => [...each.stages, ...each.transitions])
    .flatMap((part) => part.gate?.people ?? []);
  return gates.find((each) => (each as { key?: string }).key === key)?.field ?? key;
}

function EvidenceInput(props: CollectProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const [failure, setFailure] = useState("");
  const { unmet, collected } = props;
  const files = collected.evidence[unmet.key] ?? [];
  const keep = (kept: StoredFile[]) =>
    props.onCollect({ ...collected, evidence: { ...collected.evidence, [unmet.key]: kept } });

  async function take(file: File) {
    setFailure("");
    try {
      keep([...files, await uploadFile(view.app.key, file)]);
    } catch (error) {
      setFailure(isProblem(error) ? error.message : String(error));
    }
  }

  return (
    <div className="evidence">
      <Upload
        multiple
        beforeUpload={(file) => {
          void take(file);
          return false;
        }}
        fileList={files.map((file) => ({ uid: file.id, name: file.name, status: "done" }))}
        onRemove={(removed) => {
          keep(files.filter((file) => file.id !== removed.uid));
          return true;
        }}
      >
        <Button icon={<Paperclip size={14} />}>{t("record.attach")}</Button>
      </Upload>
      {failure && <p role="alert">{failure}</p>}
    </div>
  );
}
