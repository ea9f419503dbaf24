import { useRecordFiles } from "@/client/files";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { valueType } from "@/metadata/system";
import { useAppView } from "../context";
import { Cell, mannerOf } from "./Cell";
import { formatInstant } from "./format";
import { FileList } from "./inputs/FilesInput";

/** A field of a record in full, on its page: texts with their lines, files by name, moments with their minute. */
export function Value(props: { entity: string; field: FieldMeta; record: RecordData }) {
  const view = useAppView();
  const value = props.record[props.field.key];
  if (value === null || value === undefined || value === "") return <Cell {...props} />;
  switch (valueType(props.field)) {
    case "long_text":
      return <p className="long-text">{String(value)}</p>;
    case "url":
      return (
        <a href={safeUrl(String(value))} target="_blank" rel="noreferrer noopener">
          {String(value)}
        </a>
      );
    case "email":
      return <a href={`mailto:${String(value)}`}>{String(value)}</a>;
    case "instant":
      return <time dateTime={String(value)}>{formatInstant(String(value), mannerOf(view))}</time>;
    case "file":
    case "files":
    case "image":
    case "images":
      return <NamedFiles {...props} />;
    case "json":
      return <pre className="json">{JSON.stringify(value, null, 2)}</pre>;
    default:
      return <Cell {...props} />;
  }
}

/** An address that a click may follow: of the web, or none. */
const safeUrl = (text: string): string | undefined => (/^https?:\/\//i.test(text) ? text : undefined);

function NamedFiles(props: { entity: string; field: FieldMeta; record: RecordData }) {
  const view = useAppView();
  const stored = useRecordFiles(view.app.key, props.entity, props.record.id).data;
  if (!stored) return <Cell {...props} />;
  return <FileList files={stored.filter((file) => file.field === props.field.key)} />;
}
