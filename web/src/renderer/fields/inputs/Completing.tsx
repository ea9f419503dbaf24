import { AutoComplete } from "antd";
import { useDeferredValue, useState } from "react";
import { type RecordData, useRecords } from "@/client/records";
import { wireName } from "@/metadata/system";
import { useAppView } from "../../context";
import { isBlank } from "../../form/conditions";
import { nameOf } from "../names";
import { commonOf, type FieldInputProps } from "./props";

const SHOWN = 8;

/** A text that begins like the name of a record that is there already: whoever takes it gets what goes with it. */
export function Completing(props: FieldInputProps) {
  const view = useAppView();
  const { field } = props;
  const { source = "", values = {}, link } = field.completion ?? {};
  const entity = view.entity(source);
  const text = (props.value as string | null) ?? "";
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const wanted = ["id", entity?.name_field, ...Object.values(values)].filter(Boolean);
  const found = useRecords(
    view.app.key,
    source,
    { search, fields: [...new Set(wanted)].join(","), limit: SHOWN },
    Boolean(entity?.search) && search !== "",
  );
  const rows = search === "" ? [] : (found.data?.pages[0]?.items ?? []);

  function take(row: RecordData) {
    const filled = Object.entries(values).map(([key, other]) => [key, row[wireName(other)]] as const);
    const all: Record<string, unknown> = {
      [field.key]: nameOf(view, source, row),
      ...Object.fromEntries(filled.filter(([, value]) => !isBlank(value))),
      ...(link ? { [link]: row.id } : {}),
    };
    setTyped("");
    props.onFill?.(all);
  }

  return (
    <AutoComplete
      {...commonOf(props, view.text(field.label))}
      className="wide"
      value={text}
      options={rows.map((row) => ({ value: row.id, label: nameOf(view, source, row) }))}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      maxLength={field.length}
      onSelect={(id) => {
        const row = rows.find((each) => each.id === id);
        if (row) take(row);
      }}
      onChange={(value: string | undefined) => {
        // A choice comes as the id of its record: it is taken by `onSelect`.
        if (!rows.some((row) => row.id === value)) props.onChange(value || null);
      }}
    />
  );
}
