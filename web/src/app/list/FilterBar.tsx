import { Button, Input, Popover, Select } from "antd";
import { Code2, ListFilter, Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { EntityMeta, FieldMeta } from "@/metadata/app";
import { targetOf, valueType } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { FieldInput } from "@/renderer/fields/FieldInput";
import { optionsOf } from "@/renderer/fields/options";
import { isBlank } from "@/renderer/form/conditions";
import {
  type Condition,
  needsValue,
  type Operator,
  operatorsOf,
  takesMany,
  writeCondition,
} from "@/renderer/list/filters";
import { useNarrow } from "@/ui/narrow";
import { FieldSelect } from "./FieldSelect";
import type { ListState } from "./listState";

interface FilterBarProps {
  entity: EntityMeta;
  state: ListState;
  /** The whole filter, as the server gets it; without what belongs to the view. */
  expression: string;
  onChange: (change: Partial<ListState>) => void;
}

/** What the list is narrowed by, as lines that can be taken away, and as the expression that they write. */
export function FilterBar(props: FilterBarProps) {
  const { t } = useTranslation();
  const { state } = props;
  if (state.conditions.length === 0 && !state.text) return null;
  const without = (index: number) => state.conditions.filter((_, place) => place !== index);
  return (
    <div className="filter-bar">
      {state.conditions.map((condition, index) => (
        <Line
          key={`${condition.field} ${condition.operator} ${JSON.stringify(condition.value)}`}
          entity={props.entity}
          condition={condition}
          onRemove={() => props.onChange({ conditions: without(index) })}
        />
      ))}
      {state.text && (
        <span className="filter-line">
          <code>{state.text}</code>
          <Remove onRemove={() => props.onChange({ text: "" })} />
        </span>
      )}
      <Expression {...props} />
      <Button type="text" size="small" onClick={() => props.onChange({ conditions: [], text: "" })}>
        {t("filter.clear")}
      </Button>
    </div>
  );
}

function Remove(props: { onRemove: () => void }) {
  const { t } = useTranslation();
  return (
    <button type="button" className="icon-button" aria-label={t("filter.remove")} onClick={props.onRemove}>
      <X size={13} aria-hidden />
    </button>
  );
}

function Line(props: { entity: EntityMeta; condition: Condition; onRemove: () => void }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { condition } = props;
  const field = view.field(props.entity.key, condition.field);
  if (!field) return null;
  const labels = new Map(optionsOf(field).map((option) => [option.key, view.text(option.label)]));
  const said = (value: unknown) => labels.get(String(value)) ?? String(value);
  const value = Array.isArray(condition.value) ? condition.value.map(said).join("、") : said(condition.value);
  return (
    <span className="filter-line">
      {view.text(field.label)} <span className="muted">{t(`filter.operators.${condition.operator}`)}</span>
      {needsValue(condition.operator) && <b> {targetOf(field) ? "…" : value}</b>}
      <Remove onRemove={props.onRemove} />
    </span>
  );
}

/** The filter as text: it can be read, copied, and written by whoever knows the language. */
function Expression(props: FilterBarProps) {
  const { t } = useTranslation();
  const [text, setText] = useState<string | null>(null);
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={text !== null}
      onOpenChange={(open) => setText(open ? props.expression : null)}
      content={
        <div className="filter-editor">
          <Input.TextArea
            className="code"
            aria-label={t("filter.expression")}
            value={text ?? ""}
            rows={3}
            onChange={(event) => setText(event.target.value)}
          />
          <Button
            type="primary"
            size="small"
            onClick={() => {
              props.onChange({ conditions: [], text: (text ?? "").trim() });
              setText(null);
            }}
          >
            {t("filter.apply")}
          </Button>
        </div>
      }
    >
      <Button type="text" size="small" icon={<Code2 size={14} aria-hidden />}>
        {t("filter.expression")}
      </Button>
    </Popover>
  );
}

/** Adds a line: a field, what is asked of it, and the value in the input of the field's own type. */
export function AddFilter(props: Pick<FilterBarProps, "entity" | "state" | "onChange">) {
  const { t } = useTranslation();
  const view = useAppView();
  const narrow = useNarrow();
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState<string>();
  const [operator, setOperator] = useState<Operator>();
  const [value, setValue] = useState<unknown>(null);
  const fields = [
    ...props.entity.fields.filter((field) => field.filterable),
    view.field(props.entity.key, "owner"),
  ].filter((field): field is FieldMeta => field !== undefined);
  const field = fields.find((each) => each.key === key);
  const isWhole = field && operator && (!needsValue(operator) || !isBlank(value));

  function add() {
    if (!field || !operator) return;
    const condition = { field: field.key, operator, ...(needsValue(operator) ? { value } : {}) };
    props.onChange({ conditions: [...props.state.conditions, condition] });
    setOpen(false);
    setKey(undefined);
    setOperator(undefined);
    setValue(null);
  }

  return (
    <Popover
      trigger="click"
      placement={narrow ? "bottom" : "bottomRight"}
      open={open}
      onOpenChange={setOpen}
      content={
        <div className="filter-editor">
          <FieldSelect
            fields={fields}
            value={key}
            onChange={(chosen: string) => {
              const next = fields.find((each) => each.key === chosen);
              setKey(chosen);
              setOperator(next && operatorsOf(next)[0]);
              setValue(null);
            }}
          />
          {field && (
            <Select<Operator>
              className="wide"
              aria-label={t("filter.operator")}
              value={operator}
              options={operatorsOf(field).map((each) => ({
                value: each,
                label: t(`filter.operators.${each}`),
              }))}
              onChange={(next) => {
                setOperator(next);
                setValue(null);
              }}
            />
          )}
          {field && operator && needsValue(operator) && (
            <FieldInput
              entity={props.entity.key}
              field={askedAs(field, operator)}
              value={value}
              onChange={setValue}
            />
          )}
          {isWhole && (
            <code className="filter-preview">
              {writeCondition({ field: field.key, operator, value }, field)}
            </code>
          )}
          <Button type="primary" icon={<Plus size={14} aria-hidden />} disabled={!isWhole} onClick={add}>
            {t("filter.add")}
          </Button>
        </div>
      }
    >
      <Button icon={<ListFilter size={15} aria-hidden />}>{t("filter.open")}</Button>
    </Popover>
  );
}

/** The field as the value of a condition is typed: several options at once, days for moments, plain words for texts. */
function askedAs(field: FieldMeta, operator: Operator): FieldMeta {
  const options = optionsOf(field);
  const type = valueType(field);
  const plain = { ...field, required: false, result: undefined, computed: null };
  if (takesMany(operator)) return { ...plain, type: "options", options };
  if (operator === "has" && options.length > 0) return { ...plain, type: "option", options };
  if (type === "links") return { ...plain, type: "reference" };
  if (type === "instant") return { ...plain, type: "date" };
  if (operator === "contains" || type === "long_text") return { ...plain, type: "text" };
  return { ...plain, type, scale: field.scale };
}
