import { Alert } from "antd";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { valueType } from "@/metadata/system";
import { Cell } from "./Cell";

/** A field of a record in full, on its page: texts with their lines, everything else as in a list. */
export function Value(props: { entity: string; field: FieldMeta; record: RecordData }) {
  const value = props.record[props.field.key];
  if (props.field.type === "long_text" && typeof value === "string")
    return <p className="long-text">{value}</p>;
  if (props.field.type === "url" && typeof value === "string")
    return (
      <a href={value} target="_blank" rel="noreferrer noopener">
        {value}
      </a>
    );
  if (props.field.type === "email" && typeof value === "string")
    return <a href={`mailto:${value}`}>{value}</a>;
  if (valueType(props.field) === "boolean" && value === true && props.field.help)
    return <Alert type="warning" showIcon title={<Cell {...props} />} />;
  return <Cell {...props} />;
}
