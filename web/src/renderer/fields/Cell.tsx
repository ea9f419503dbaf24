import { Check, FileText } from "lucide-react";
import type { ReactNode } from "react";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { expandName, targetOf, valueType } from "@/metadata/system";
import { Chip } from "@/ui/Chip";
import { type AppView, useAppView } from "../context";
import { formatAgo, formatInstant, formatValue, type Manner } from "./format";
import { nameOf } from "./names";
import { optionsOf } from "./options";
import { toneOf } from "./tone";

export function mannerOf(view: AppView): Manner {
  return {
    language: view.language,
    currency: view.app.settings.currency ?? "CNY",
    zone: view.app.settings.zone ?? "Asia/Shanghai",
  };
}

interface CellProps {
  entity: string;
  field: FieldMeta;
  record: RecordData;
  /** Inside of a link nothing may be a link of its own, nor in a cell that is clicked to be changed. */
  plain?: boolean;
}

/** A field of a record, short: in a list, on a card, in a related list. */
export function Cell(props: CellProps) {
  const view = useAppView();
  const value = props.record[props.field.key === "owner" ? "owner_id" : props.field.key];
  if (value === null || value === undefined || value === "") return <span className="nothing">–</span>;
  if (props.plain && props.field.type === "phone") return <>{formatPhone(String(value))}</>;
  return <>{content(view, props.entity, props.field, value, props.record)}</>;
}

function content(
  view: AppView,
  entity: string,
  field: FieldMeta,
  value: unknown,
  record: RecordData,
): ReactNode {
  const manner = mannerOf(view);
  if (targetOf(field)) return <Names view={view} field={field} record={record} />;
  switch (field.type) {
    case "option":
    case "stage":
      return <OptionChip view={view} entity={entity} field={field} value={String(value)} />;
    case "options":
    case "tags":
      return (value as string[]).map((key) => (
        <OptionChip key={key} view={view} entity={entity} field={field} value={key} />
      ));
    case "phone":
      return <a href={`tel:${String(value)}`}>{formatPhone(String(value))}</a>;
    case "file":
    case "files":
    case "image":
    case "images":
      return <Files value={value} />;
  }
  switch (valueType(field)) {
    case "boolean":
      return value ? (
        <Check size={15} aria-label={formatValue(field, value, manner)} />
      ) : (
        formatValue(field, value, manner)
      );
    case "instant":
      return (
        <time dateTime={String(value)} title={formatInstant(String(value), manner)}>
          {formatAgo(String(value), manner)}
        </time>
      );
    case "option":
      return <OptionChip view={view} entity={entity} field={field} value={String(value)} />;
    default:
      return formatValue(field, value, manner);
  }
}

function Files(props: { value: unknown }) {
  const count = Array.isArray(props.value) ? props.value.length : 1;
  return (
    <span className="with-icon">
      <FileText size={14} aria-hidden /> {count}
    </span>
  );
}

/** `+8613800138000` as `138 0013 8000`. */
export function formatPhone(text: string): string {
  const mobile = /^\+86(1\d{2})(\d{4})(\d{4})$/.exec(text);
  return mobile ? `${mobile[1]} ${mobile[2]} ${mobile[3]}` : text.replace(/^\+86/, "");
}

function OptionChip(props: { view: AppView; entity: string; field: FieldMeta; value: string }) {
  const options = optionsOf(props.field);
  const option = options.find((each) => each.key === props.value);
  return (
    <Chip tone={toneOf(props.view.app, props.entity, props.field, props.value)}>
      {option ? props.view.text(option.label) : props.value}
    </Chip>
  );
}

/** What a field refers to, by name; the id never shows: what may not be seen is told as such. */
function Names(props: { view: AppView; field: FieldMeta; record: RecordData }) {
  const found = props.record.expand?.[expandName(props.field.key)];
  const all = Array.isArray(found) ? found : found ? [found] : [];
  if (all.length === 0) return <span className="nothing">–</span>;
  const target = targetOf(props.field) ?? "";
  return (
    <>
      {all.map((each) => nameOf(props.view, target, each)).join(props.view.language === "en" ? ", " : "、")}
    </>
  );
}
