import { useQuery } from "@tanstack/react-query";
import { Popover } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "@/client/http";
import { type RecordData, recordsPath } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { expandName, targetOf, wireName } from "@/metadata/system";
import { ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../context";
import { mannerOf } from "../fields/Cell";
import { formatInstant } from "../fields/format";
import { nameOf } from "../fields/names";
import { said } from "./said";
import { plainly, type Step, stepsOf, type Trace } from "./steps";

interface Explained {
  allowed: boolean;
  /** Why the field may be changed or not, in the language of whoever asks. */
  sentences: string[];
  value: {
    kind?: string;
    expression?: string;
    trace?: Trace | null;
    change?: { at: string; by: { name: string | null } | null; act: string } | null;
    assignment?: { at: string; dispatch: string | null } | null;
  } | null;
}

/** The label of a value; pressed, it says how the field came to it, and who may change it. */
export function WhyField(props: {
  entity: string;
  field: FieldMeta;
  record: RecordData;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      // Centred ones are moved into the window where they would leave it, as on a phone.
      placement="bottom"
      content={<Why {...props} />}
      destroyOnHidden
    >
      <button type="button" className="why-label" title={t("record.whyField")} aria-expanded={open}>
        {props.children}
      </button>
    </Popover>
  );
}

function Why(props: { entity: string; field: FieldMeta; record: RecordData }) {
  const view = useAppView();
  const { entity, field, record } = props;
  const path = `${recordsPath(view.app.key, entity)}/${record.id}/explain`;
  const found = useQuery({
    queryKey: ["record", view.app.key, entity, record.id, "explain", "update", field.key, record.version],
    queryFn: async ({ signal }) =>
      (await ask<Explained>(path, { query: { field: wireName(field.key), act: "update" }, signal })).data,
  });
  return (
    <div className="why-field">
      {found.isPending && <LoadingState rows={2} />}
      {found.isError && <ErrorState error={found.error} />}
      {found.isSuccess && (
        <>
          <Origin entity={entity} record={record} value={found.data.value} />
          <ul>
            {found.data.sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Where the value comes from: the formula with what each part of it is, or the change that wrote it. */
function Origin(props: { entity: string; record: RecordData; value: Explained["value"] }) {
  const { t } = useTranslation();
  const manner = mannerOf(useAppView());
  const { value } = props;
  if (value?.expression !== undefined) {
    return (
      <>
        <p>
          {t("record.whyFormula")} <code>{value.expression}</code>
        </p>
        {value.trace && <Steps {...props} steps={stepsOf(value.trace)} />}
      </>
    );
  }
  if (value?.kind === "formula" || value?.kind === "rollup") return <p>{t("record.whyHidden")}</p>;
  if (value?.assignment) {
    return <p>{t("record.whyAssigned", { when: formatInstant(value.assignment.at, manner) })}</p>;
  }
  if (value?.change) {
    const words = {
      who: value.change.by?.name ?? t("record.system"),
      when: formatInstant(value.change.at, manner),
    };
    return <p>{t(value.change.act === "create" ? "record.whyCreated" : "record.whyChanged", words)}</p>;
  }
  return value?.kind === "score" ? null : <p>{t("record.whyUnknown")}</p>;
}

/** The parts of a formula: fields by their labels, with values as they stand elsewhere on the page. */
function Steps(props: { entity: string; record: RecordData; steps: readonly Step[] }) {
  const view = useAppView();
  const shown = ({ text, value }: Step) => {
    const field = view.field(props.entity, text);
    if (!field) return plainly(value);
    const found = props.record.expand?.[expandName(text)];
    const target = targetOf(field);
    if (target && found && !Array.isArray(found)) return nameOf(view, target, found);
    return said(view, props.entity, text, value) ?? plainly(value);
  };
  return (
    <dl>
      {props.steps.map((step) => {
        const field = view.field(props.entity, step.text);
        return (
          <div key={step.text}>
            <dt>{field ? view.text(field.label) : <code>{step.text}</code>}</dt>
            <dd>{shown(step)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
