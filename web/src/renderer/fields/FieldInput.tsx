import { DatePicker, Input, InputNumber, Switch } from "antd";
import dayjs from "dayjs";
import { scaleOf, targetOf, valueType } from "@/metadata/system";
import { useNarrow } from "@/ui/narrow";
import { useAppView } from "../context";
import { shift } from "./format";
import { Choice } from "./inputs/Choice";
import { Completing } from "./inputs/Completing";
import { FilesInput } from "./inputs/FilesInput";
import { LongText } from "./inputs/LongText";
import { Picker } from "./inputs/Picker";
import { commonOf, type FieldInputProps } from "./inputs/props";
import { RegionInput } from "./inputs/RegionInput";
import { TextsInput } from "./inputs/TextsInput";

export type { FieldInputProps } from "./inputs/props";

/** The input of a field by its type; values come and go in wire form (decimals as texts, dates as ISO texts). */
export function FieldInput(props: FieldInputProps) {
  const target = targetOf(props.field);
  if (target === "region") return <RegionInput {...props} />;
  if (target) return <Picker {...props} target={target} />;
  switch (valueType(props.field)) {
    case "long_text":
      return <LongText {...props} />;
    case "integer":
    case "decimal":
    case "money":
    case "percent":
      return <NumberInput {...props} />;
    case "boolean":
      return <BooleanInput {...props} />;
    case "date":
    case "instant":
      return <Moment {...props} />;
    case "option":
    case "options":
    case "tags":
    case "stage":
      return <Choice {...props} />;
    case "file":
    case "files":
    case "image":
    case "images":
      return <FilesInput {...props} />;
    case "translated_text":
      return <TextsInput {...props} />;
    case "json":
      return <JsonInput {...props} />;
    default:
      return <Line {...props} />;
  }
}

const MODES: Record<string, "tel" | "email" | "url"> = { phone: "tel", email: "email", url: "url" };

function Line(props: FieldInputProps) {
  // Where there is one field alone, nothing else could be filled in.
  return props.field.completion && props.onFill ? <Completing {...props} /> : <PlainLine {...props} />;
}

function PlainLine(props: FieldInputProps) {
  const view = useAppView();
  const mode = MODES[props.field.type];
  return (
    <Input
      {...commonOf(props, view.text(props.field.label))}
      value={(props.value as string | null) ?? ""}
      maxLength={props.field.length}
      inputMode={mode}
      type={mode === "tel" ? "tel" : "text"}
      autoComplete="off"
      onChange={(event) => props.onChange(event.target.value || null)}
    />
  );
}

/** Whole numbers are numbers on the wire, decimals stay texts; of a percentage people write the hundredfold. */
function NumberInput(props: FieldInputProps) {
  const view = useAppView();
  const { field } = props;
  const type = valueType(field);
  const isPercent = type === "percent";
  const scale = scaleOf(field);
  const places =
    type === "integer" ? 0 : scale === undefined ? undefined : Math.max(scale - (isPercent ? 2 : 0), 0);
  const value = props.value === null || props.value === undefined ? null : String(props.value);
  return (
    <InputNumber<string>
      {...commonOf(props, view.text(field.label))}
      stringMode
      className="wide"
      inputMode={places === 0 ? "numeric" : "decimal"}
      value={value !== null && isPercent ? shift(value, 2) : value}
      precision={places}
      prefix={type === "money" ? "¥" : undefined}
      suffix={isPercent ? "%" : undefined}
      formatter={(text) => grouped(text)}
      parser={(text) => (text ?? "").replace(/,/g, "")}
      onChange={(text) => {
        if (text === null || text === "") props.onChange(null);
        else
          props.onChange(
            type === "integer" ? Number(text) : isPercent ? shift(String(text), -2) : String(text),
          );
      }}
    />
  );
}

function grouped(text: string | number | undefined): string {
  const [whole = "", fraction] = String(text ?? "").split(".");
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (fraction === undefined ? "" : `.${fraction}`);
}

function BooleanInput(props: FieldInputProps) {
  const view = useAppView();
  return (
    <Switch
      id={props.id}
      disabled={props.disabled}
      checked={props.value === true}
      onChange={props.onChange}
      aria-label={view.text(props.field.label)}
      aria-describedby={props.describedBy}
    />
  );
}

/** A day or a moment; a phone's own picker is better than ours. */
function Moment(props: FieldInputProps) {
  const view = useAppView();
  const narrow = useNarrow();
  const hasTime = valueType(props.field) === "instant";
  const value = props.value ? dayjs(String(props.value)) : null;
  const give = (moment: dayjs.Dayjs | null) =>
    props.onChange(moment ? (hasTime ? moment.toISOString() : moment.format("YYYY-MM-DD")) : null);
  const common = commonOf(props, view.text(props.field.label));
  if (narrow) {
    return (
      <Input
        {...common}
        type={hasTime ? "datetime-local" : "date"}
        value={value?.format(hasTime ? "YYYY-MM-DDTHH:mm" : "YYYY-MM-DD") ?? ""}
        onChange={(event) => give(event.target.value ? dayjs(event.target.value) : null)}
      />
    );
  }
  return (
    <DatePicker
      {...common}
      showTime={hasTime ? { format: "HH:mm" } : false}
      format={hasTime ? "YYYY-MM-DD HH:mm" : "YYYY-MM-DD"}
      className="wide"
      value={value}
      onChange={give}
    />
  );
}

/** JSON as text; it is given on as soon as it can be read. */
function JsonInput(props: FieldInputProps) {
  const view = useAppView();
  return (
    <Input.TextArea
      {...commonOf(props, view.text(props.field.label))}
      className="code"
      defaultValue={props.value ? JSON.stringify(props.value, null, 2) : ""}
      rows={3}
      onChange={(event) => {
        try {
          props.onChange(event.target.value ? JSON.parse(event.target.value) : null);
        } catch {
          // Half-typed JSON is nobody's value yet.
        }
      }}
    />
  );
}
