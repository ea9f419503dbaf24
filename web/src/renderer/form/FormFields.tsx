import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { FieldMeta, FormItemMeta } from "@/metadata/app";
import { useAppView } from "../context";
import { FieldInput } from "../fields/FieldInput";
import { pipelineOf } from "../record/pipelines";
import { isClosed, isRequired, isShown, lookupOf } from "./conditions";
import type { Part } from "./layout";

interface FormFieldsProps {
  entity: string;
  act: "create" | "update";
  parts: Part[];
  sections: FormItemMeta[];
  values: Record<string, unknown>;
  record?: RecordData;
  errors: Record<string, string>;
  onChange: (key: string, value: unknown) => void;
}

/** The inputs of a form, in its sections; conditions are looked at with every key. */
export function FormFields(props: FormFieldsProps) {
  const view = useAppView();
  const lookup = lookupOf(view, props.entity, props.values);
  const hidden = new Set(
    props.sections.filter((section) => !isShown(section, lookup)).map((section) => section.key),
  );
  return (
    <>
      {props.parts
        .filter((part) => !hidden.has(part.key))
        .map((part) => (
          <fieldset key={part.key} className="section form-part">
            {part.label && <legend>{view.text(part.label)}</legend>}
            <div className="form-fields">
              {part.items
                .filter((item) => isShown(item, lookup))
                .map((item) => {
                  const field = view.field(props.entity, item.field ?? "");
                  return (
                    field && (
                      <Labelled
                        key={item.id}
                        {...props}
                        item={item}
                        field={field}
                        required={isRequired(item, field, lookup)}
                        closed={isClosed(item, field, lookup, props.act)}
                      />
                    )
                  );
                })}
            </div>
          </fieldset>
        ))}
    </>
  );
}

interface LabelledProps extends FormFieldsProps {
  item: FormItemMeta;
  field: FieldMeta;
  required: boolean;
  closed: boolean;
}

const WIDE = new Set(["long_text", "files", "images", "json", "translated_text"]);

/** A label, its input, its help and what is wrong with it. */
function Labelled(props: LabelledProps) {
  const view = useAppView();
  const { t } = useTranslation();
  const { field, item } = props;
  const id = `field-${field.key}`;
  const error = props.errors[field.key];
  const help = view.text(item.help ?? field.help);
  const stages = pipelineOf(view, props.entity, props.values, field.key)?.stages;
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
        entity={props.entity}
        field={field}
        id={id}
        value={props.values[field.key] ?? null}
        record={props.record}
        options={field.type === "stage" ? stages : undefined}
        status={error ? "error" : undefined}
        describedBy={error ? `${id}-error` : help ? `${id}-help` : undefined}
        disabled={props.closed}
        onChange={(value) => props.onChange(field.key, value)}
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
