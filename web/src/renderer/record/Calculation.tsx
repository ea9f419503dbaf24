import { Button } from "antd";
import { ChevronRight, RotateCcw } from "lucide-react";
import { useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CalculatedLine, useCalculation } from "@/client/calculations";
import { isProblem } from "@/client/problem";
import type { RecordData } from "@/client/records";
import { Decimal } from "@/expressions/decimal";
import { evaluate } from "@/expressions/evaluate";
import type { CalculationMeta, EntityMeta, FieldMeta, InputMeta } from "@/metadata/app";
import { Chip } from "@/ui/Chip";
import { ErrorState, LoadingState } from "@/ui/States";
import { type AppView, useAppView } from "../context";
import { mannerOf } from "../fields/Cell";
import { FieldInput } from "../fields/FieldInput";
import { formatValue } from "../fields/format";
import { isBlank, lookupOf } from "../form/conditions";
import { wireOf } from "../form/foreseeing";

interface CalculationProps {
  entity: EntityMeta;
  calculation: CalculationMeta;
  record: RecordData;
}

/** A calculation like a sheet: what goes in, line by line what comes out, and the formula of each line on demand. */
export function Calculation(props: CalculationProps) {
  const { calculation, record } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const title = useId();
  const [tried, setTried] = useState(() => startOf(calculation));
  const inputs = useDeferredValue(tried);
  const missing = calculation.inputs.filter(
    (input) => input.required && !input.taken && isBlank(tried[input.key]),
  );
  const asked = { record_id: record.id, inputs };
  const found = useCalculation(view.app.key, calculation.key, record.version, asked, missing.length === 0);
  const errors = errorsOf(found.error);
  const isTried = calculation.inputs.some((input) => input.taken && input.key in tried);
  return (
    <section
      className="section calculation"
      aria-labelledby={title}
      data-waiting={found.isFetching || undefined}
    >
      <header>
        <h2 id={title}>{t("calculation.title", { name: view.text(calculation.label) })}</h2>
        {isTried && (
          <>
            <Chip tone="orange">{t("calculation.tried")}</Chip>
            <Button
              type="text"
              size="small"
              icon={<RotateCcw size={13} aria-hidden />}
              onClick={() => setTried(startOf(calculation))}
            >
              {t("calculation.reset")}
            </Button>
          </>
        )}
      </header>
      {calculation.description && <p className="muted">{view.text(calculation.description)}</p>}
      <Inputs
        {...props}
        tried={tried}
        errors={errors}
        onTry={(key, value) => setTried((before) => ({ ...before, [key]: value }))}
      />
      {missing.length > 0 && (
        <p className="muted" role="status">
          {t("calculation.missing", {
            what: missing.map((input) => view.text(input.label)).join(t("comma")),
          })}
        </p>
      )}
      {missing.length === 0 && found.isPending && <LoadingState rows={3} />}
      {found.isError && Object.keys(errors).length === 0 && <ErrorState error={found.error} />}
      {missing.length === 0 && found.data && !found.isError && (
        <Lines calculation={calculation} lines={found.data.lines} value={found.data.value} />
      )}
    </section>
  );
}

/** What is given before anybody gives anything: a switch that nobody touched is off. */
function startOf(calculation: CalculationMeta): Record<string, unknown> {
  const switches = calculation.inputs.filter((input) => input.type === "boolean" && !input.taken);
  return Object.fromEntries(switches.map((input) => [input.key, false]));
}

/** What the server says of single inputs. */
function errorsOf(error: unknown): Record<string, string> {
  if (!isProblem(error)) return {};
  const own = error.errors.filter((each) => each.pointer?.startsWith("/inputs/"));
  return Object.fromEntries(own.map((each) => [each.pointer?.slice("/inputs/".length), each.message]));
}

interface InputsProps extends CalculationProps {
  tried: Record<string, unknown>;
  errors: Record<string, string>;
  onTry: (key: string, value: unknown) => void;
}

function Inputs(props: InputsProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { calculation, tried } = props;
  return (
    <div className="calculation-inputs" role="group" aria-label={t("calculation.inputs")}>
      {calculation.inputs.map((input) => {
        const id = `${calculation.key}-${input.key}`;
        const error = props.errors[input.key];
        return (
          <div key={input.key} className="form-field" data-error={error ? true : undefined}>
            <label htmlFor={id}>
              {view.text(input.label)}
              {input.required && !input.taken && (
                <span className="required" title={t("form.required")}>
                  *
                </span>
              )}
            </label>
            <FieldInput
              id={id}
              entity={props.entity.key}
              field={fieldOf(input)}
              value={input.key in tried ? tried[input.key] : takenOf(view, props, input)}
              status={error ? "error" : undefined}
              describedBy={error ? `${id}-error` : undefined}
              onChange={(value) => props.onTry(input.key, value)}
            />
            {error && (
              <p id={`${id}-error`} className="form-error" role="alert">
                {error}
              </p>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** An input as a field, to be typed into and shown like one. */
const fieldOf = (part: Pick<InputMeta, "key" | "label" | "type" | "scale">): FieldMeta => ({
  id: part.key,
  key: part.key,
  label: part.label,
  type: part.type,
  scale: part.scale,
  creatable: true,
  writable: true,
  sortable: false,
  filterable: false,
  computed: null,
});

/** What the record gives, where this page can tell. */
function takenOf(view: AppView, props: CalculationProps, input: InputMeta): unknown {
  const tree = input.expression ? input.trees?.[input.expression] : undefined;
  const value = tree && evaluate(tree, lookupOf(view, props.entity.key, props.record));
  return value === undefined ? null : wireOf(value);
}

/** Digits behind the point that a plain number is shown with; its formula shows all of them. */
const SHOWN_SCALE = 4;

function Lines(props: { calculation: CalculationMeta; lines: CalculatedLine[]; value: unknown }) {
  const { t } = useTranslation();
  const { calculation } = props;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("calculation.line")}</th>
          <th scope="col" data-numeric>
            {t("calculation.value")}
          </th>
        </tr>
      </thead>
      <tbody>
        {props.lines.map((line) => (
          <Line
            key={line.key}
            calculation={calculation}
            line={line.key === calculation.result ? { ...line, value: props.value } : line}
          />
        ))}
      </tbody>
    </table>
  );
}

function Line(props: { calculation: CalculationMeta; line: CalculatedLine }) {
  const { t } = useTranslation();
  const view = useAppView();
  const [opened, setOpened] = useState(false);
  const { calculation, line } = props;
  const id = useId();
  const meta = calculation.lines.find((each) => each.key === line.key);
  const field = fieldOf({ key: line.key, label: line.label, type: meta?.type ?? "text", scale: meta?.scale });
  const exact = formatValue(field, line.value, mannerOf(view));
  const shown = field.type === "decimal" && line.value !== null ? shortened(line.value, view) : exact;
  const label = view.text(line.label);
  return (
    <>
      <tr data-result={line.key === calculation.result || undefined}>
        <th scope="row">
          <button
            type="button"
            aria-expanded={opened}
            aria-controls={id}
            aria-label={t("calculation.formulaOf", { line: label })}
            onClick={() => setOpened(!opened)}
          >
            <ChevronRight size={14} aria-hidden />
            {label}
          </button>
        </th>
        <td data-numeric>{shown || "–"}</td>
      </tr>
      <tr id={id} hidden={!opened} className="calculation-formula">
        <td colSpan={2}>
          <code>{named(view, calculation, line.expression)}</code>
          {exact !== shown && <span className="muted">= {exact}</span>}
        </td>
      </tr>
    </>
  );
}

/** A plain number without the digits that say nothing. */
function shortened(value: unknown, view: AppView): string {
  const text = String(Decimal.of(String(value)).rounded(SHOWN_SCALE, "half"));
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return formatValue({ type: "decimal" } as FieldMeta, short, mannerOf(view));
}

/** A formula with its lines and inputs by their names instead of their keys; texts in it stay. */
export function named(view: AppView, calculation: CalculationMeta, expression: string) {
  const labels = new Map([...calculation.inputs, ...calculation.lines].map((each) => [each.key, each.label]));
  return expression.split(/("[^"]*"|'[^']*'|[\p{L}_][\p{L}\p{N}_]*)/u).map((word, index) => {
    const label = labels.get(word);
    // biome-ignore lint/suspicious/noArrayIndexKey: words of one text keep their places
    return label ? <b key={index}>{view.text(label)}</b> : word;
  });
}
