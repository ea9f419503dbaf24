import { DatePicker, Input, InputNumber, Select, Switch } from "antd";
import dayjs from "dayjs";
import { useState } from "react";
import { useRecords } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { scaleOf, targetOf, valueType } from "@/metadata/system";
import { useAppView } from "../context";
import { nameOf, optionsOf } from "./Cell";

export interface FieldInputProps {
  entity: string;
  field: FieldMeta;
  value: unknown;
  onChange: (value: unknown) => void;
  id?: string;
  status?: "error" | "warning";
  disabled?: boolean;
}

/** The input of a field by its type; values come and go in wire form (decimals as texts, dates as ISO texts). */
export function FieldInput(props: FieldInputProps) {
  const view = useAppView();
  const { field, value, onChange } = props;
  const common = {
    id: props.id,
    status: props.status,
    disabled: props.disabled,
    "aria-label": view.text(field.label),
  };
  const target = targetOf(field);
  if (target) return <Picker {...props} target={target} />;
  switch (valueType(field)) {
    case "long_text":
      return (
        <Input.TextArea
          {...common}
          value={(value as string | null) ?? ""}
          autoSize={{ minRows: 2, maxRows: 12 }}
          maxLength={field.length}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
    case "integer":
    case "decimal":
    case "money":
    case "percent":
      return (
        <InputNumber<string>
          {...common}
          stringMode
          className="wide"
          value={(value as string | null) ?? null}
          precision={scaleOf(field)}
          prefix={field.type === "money" ? "¥" : undefined}
          onChange={(text) => onChange(text === null || text === "" ? null : numberOf(field, text))}
        />
      );
    case "boolean":
      return (
        <Switch
          id={props.id}
          disabled={props.disabled}
          checked={value === true}
          onChange={onChange}
          aria-label={view.text(field.label)}
        />
      );
    case "date":
      return (
        <DatePicker
          {...common}
          className="wide"
          value={value ? dayjs(String(value)) : null}
          onChange={(day) => onChange(day ? day.format("YYYY-MM-DD") : null)}
        />
      );
    case "instant":
      return (
        <DatePicker
          {...common}
          showTime
          className="wide"
          value={value ? dayjs(String(value)) : null}
          onChange={(moment) => onChange(moment ? moment.toISOString() : null)}
        />
      );
    case "option":
    case "options":
    case "tags":
    case "stage":
      return <Choice {...props} />;
    default:
      return (
        <Input
          {...common}
          value={(value as string | null) ?? ""}
          maxLength={field.length}
          inputMode={field.type === "phone" ? "tel" : field.type === "email" ? "email" : undefined}
          onChange={(event) => onChange(event.target.value || null)}
        />
      );
  }
}

/** Whole numbers are numbers on the wire, decimals stay texts. */
const numberOf = (field: FieldMeta, text: string): unknown =>
  valueType(field) === "integer" ? Number(text) : text;

function Choice(props: FieldInputProps) {
  const view = useAppView();
  const { field } = props;
  const mode = field.type === "tags" ? "tags" : field.type === "options" ? "multiple" : undefined;
  return (
    <Select
      id={props.id}
      status={props.status}
      disabled={props.disabled}
      mode={mode}
      allowClear
      className="wide"
      showSearch={{ optionFilterProp: "label" }}
      aria-label={view.text(field.label)}
      value={props.value ?? (mode ? [] : undefined)}
      options={optionsOf(field)
        .filter((option) => option.active !== false)
        .map((option) => ({ value: option.key, label: view.text(option.label) }))}
      onChange={(chosen: unknown) =>
        props.onChange(Array.isArray(chosen) && chosen.length === 0 ? null : (chosen ?? null))
      }
    />
  );
}

/** Chooses records (or people, teams, regions) that the actor may see, by what they type. */
function Picker(props: FieldInputProps & { target: string }) {
  const view = useAppView();
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState(false);
  const entity = view.entity(props.target);
  const name = entity?.name_field ?? "name";
  const found = useRecords(
    view.app.key,
    props.target,
    { fields: `id,${name}`, search: entity?.search ? typed : "", limit: 20, sort: entity ? "" : "name" },
    opened && entity !== undefined,
  );
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  const many = props.field.type === "links";
  return (
    <Select
      id={props.id}
      status={props.status}
      disabled={props.disabled}
      allowClear
      mode={many ? "multiple" : undefined}
      className="wide"
      aria-label={view.text(props.field.label)}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={found.isFetching}
      onOpenChange={setOpened}
      value={(props.value as string | string[] | null) ?? undefined}
      options={rows.map((row) => ({ value: row.id, label: nameOf(view, props.target, row) }))}
      onChange={(chosen: unknown) => props.onChange(chosen ?? null)}
    />
  );
}
