import type { StoredFile } from "@/client/files";
import type { Unmet } from "@/client/problem";
import type { RecordData } from "@/client/records";
import type { EntityMeta, PipelineMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { FieldInput } from "@/renderer/fields/FieldInput";
import { FileChooser, FileList, markOf } from "@/renderer/fields/inputs/FilesInput";
import { type Collected, evidenceNeed, fieldOf, isWatermarked } from "./gate";

interface CollectProps {
  entity: EntityMeta;
  pipeline: PipelineMeta;
  record: RecordData;
  unmet: Unmet;
  collected: Collected;
  onCollect: (change: (before: Collected) => Collected) => void;
}

/** The input that meets what is missing: files, a field, a person; a condition can only be told. */
export function Collect(props: CollectProps) {
  const view = useAppView();
  const { unmet } = props;
  if (unmet.kind === "evidence") return <EvidenceInput {...props} />;
  const key = fieldOf(props.pipeline, unmet);
  const field = key ? view.field(props.entity.key, key) : undefined;
  if (!key || !field?.writable) return null;
  return (
    <FieldInput
      entity={props.entity.key}
      field={field}
      record={props.record}
      value={props.collected.values[key] ?? null}
      onChange={(value) =>
        props.onCollect((before) => ({ ...before, values: { ...before.values, [key]: value } }))
      }
    />
  );
}

function EvidenceInput(props: CollectProps) {
  const view = useAppView();
  const { key } = props.unmet;
  const files = props.collected.evidence[key] ?? [];
  const need = evidenceNeed(props.unmet);
  const isMarked = isWatermarked(props.pipeline, key);
  const change = (next: (kept: StoredFile[]) => StoredFile[]) =>
    props.onCollect((before) => ({
      ...before,
      evidence: { ...before.evidence, [key]: next(before.evidence[key] ?? []) },
    }));
  return (
    <>
      <FileList files={files} onRemove={(id) => change((kept) => kept.filter((file) => file.id !== id))} />
      <FileChooser
        accept={need.accept}
        many
        markedWith={isMarked ? markOf(view, props.entity.key, props.record) : undefined}
        onFile={(file) => change((kept) => [...kept, file])}
      />
    </>
  );
}
