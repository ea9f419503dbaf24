import { App as AntApp } from "antd";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { EntityMeta, FieldMeta, FormItemMeta } from "@/metadata/app";
import { targetOf } from "@/metadata/system";
import { type AppView, useAppView } from "../context";
import { FieldInput } from "../fields/FieldInput";
import { Value } from "../fields/Value";
import { pipelineOf } from "../record/pipelines";
import { isBlank, isClosed, isRequired, isShown } from "./conditions";
import { type Foreseen, isForeseeable, useForeseen } from "./foreseeing";
import type { Part } from "./layout";
import { Sentence } from "./Sentence";

interface FormFieldsProps {
  entity: EntityMeta;
  act: "create" | "update";
  parts: Part[];
  /** All items of the form, sections with their conditions among them. */
  items: FormItemMeta[];
  values: Record<string, unknown>;
  record?: RecordData;
  errors: Record<string, string>;
  onChange: (changes: Record<string, unknown>) => void;
}

/** Whether a field is filled in; a record that is there moves through its stages by its path, where the gates are. */
export const isInput = (field: FieldMeta, act: "create" | "update"): boolean =>
  act === "create" ? field.creatable : field.writable && field.type !== "stage";

/** Whether a form has a place for a field: to fill it in, or to show what it will be. */
export const isOnForm = (view: AppView, entity: string, field: FieldMeta, act: "create" | "update") =>
  isInput(field, act) || (isForeseeable(view, entity, field, act) && !targetOf(field));

/** The inputs of a form, in its sections; conditions and computed values are looked at with every key. */
export function FormFields(props: FormFieldsProps) {
  const view = useAppView();
  const foreseen = useForeseen(props.entity, props.items, props.values, props.act);
  const { lookup } = foreseen;
  const hidden = new Set(
    props.items.filter((item) => item.kind === "section" && !isShown(item, lookup)).map((item) => item.key),
  );
  const ahead = recordAhead(view, props, foreseen);
  const place = (item: FormItemMeta) => {
    if (item.kind === "text")
      return <Sentence key={item.id} entity={props.entity.key} item={item} lookup={lookup} record={ahead} />;
    const field = view.field(props.entity.key, item.field ?? "");
    if (!field || !isShown(item, lookup)) return null;
    if (!isInput(field, props.act))
      return (
        <Computed
          key={item.id}
          entity={props.entity.key}
          item={item}
          field={field}
          record={ahead}
          saved={props.record}
        />
      );
    return (
      <Labelled
        key={item.id}
        {...props}
        item={item}
        field={field}
        value={props.values[field.key] ?? (field.key in props.values ? null : foreseen.wire(field.key))}
        required={isRequired(item, field, lookup)}
        closed={isClosed(item, field, lookup, props.act)}
      />
    );
  };
  return (
    <>
      {props.parts
        .filter((part) => !hidden.has(part.key))
        .map((part) => (
          <fieldset key={part.key} className="section form-part">
            {part.label && <legend>{view.text(part.label)}</legend>}
            <div className="form-fields">{part.items.map(place)}</div>
          </fieldset>
        ))}
    </>
  );
}

/** The record as it will be, as far as it can be foreseen. */
function recordAhead(view: AppView, props: FormFieldsProps, foreseen: Foreseen): RecordData {
  const computed = props.entity.fields
    .filter((field) => isForeseeable(view, props.entity.key, field, props.act))
    .map((field) => [field.key, foreseen.wire(field.key)]);
  return { id: "", version: 0, ...props.record, ...props.values, ...Object.fromEntries(computed) };
}

interface ComputedProps {
  entity: string;
  item: FormItemMeta;
  field: FieldMeta;
  record: RecordData;
  /** As the server has it, where it is there already. */
  saved?: RecordData;
}

/** What nobody types: it follows what is typed, and the server has the last word. */
function Computed(props: ComputedProps) {
  const view = useAppView();
  const { t } = useTranslation();
  const { field, item } = props;
  const id = `field-${field.key}`;
  return (
    <div className="form-field" data-computed data-wide={(item.width ?? 1) > 1 || undefined}>
      <span className="label" id={id}>
        {view.text(item.label ?? field.label)}
        {props.record[field.key] !== props.saved?.[field.key] && (
          <span className="muted" title={t("form.previewHint")}>
            {t("form.preview")}
          </span>
        )}
      </span>
      <output aria-labelledby={id} aria-live="off">
        {props.record[field.key] === undefined ? (
          <span className="muted">{t("form.afterSave")}</span>
        ) : (
          <Value entity={props.entity} field={field} record={props.record} />
        )}
      </output>
    </div>
  );
}

interface LabelledProps extends FormFieldsProps {
  item: FormItemMeta;
  field: FieldMeta;
  value: unknown;
  required: boolean;
  closed: boolean;
}

const WIDE = new Set(["long_text", "files", "images", "json", "translated_text"]);

/** A label, its input, its help and what is wrong with it. */
function Labelled(props: LabelledProps) {
  const view = useAppView();
  const { message } = AntApp.useApp();
  const { t } = useTranslation();
  const { field, item } = props;
  const id = `field-${field.key}`;
  const error = props.errors[field.key];
  const help = view.text(item.help ?? field.help);
  const stages = pipelineOf(view, props.entity.key, props.values, field.key)?.stages;

  /** Takes what goes with a choice; what somebody typed before stays. */
  function fill(found: Record<string, unknown>) {
    const open = (key: string) => {
      const other = view.field(props.entity.key, key);
      return other !== undefined && isInput(other, props.act) && isBlank(props.values[key]);
    };
    const taken = Object.entries(found).filter(([key]) => key === field.key || open(key));
    const others = taken.filter(([key]) => key !== field.key);
    props.onChange(Object.fromEntries(taken));
    if (others.length === 0) return;
    const labels = others.map(([key]) => view.text(view.field(props.entity.key, key)?.label));
    void message.info(t("form.filled", { what: labels.join(t("comma")) }));
  }

  return (
    <div
      className="form-field"
      data-wide={(item.width ?? 1) > 1 || WIDE.has(field.type) || undefined}
      data-error={error ? true : undefined}
    >
      <label htmlFor={id}>
        {view.text(item.label ?? field.label)}
        {props.required && (
          <span className="required" title={t("form.required")}>
            *
          </span>
        )}
      </label>
      <FieldInput
        entity={props.entity.key}
        field={field}
        id={id}
        value={props.value ?? null}
        record={props.record}
        options={field.type === "stage" ? stages : undefined}
        status={error ? "error" : undefined}
        describedBy={error ? `${id}-error` : help ? `${id}-help` : undefined}
        disabled={props.closed}
        onChange={(value) => props.onChange({ [field.key]: value })}
        onFill={fill}
      />
      {error ? (
        <p id={`${id}-error`} className="form-error" role="alert">
          {error}
        </p>
      ) : (
        help && (
          <p id={`${id}-help`} className="form-help">
            {help}
          </p>
        )
      )}
    </div>
  );
}
