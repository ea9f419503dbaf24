import { Alert, Button } from "antd";
import { type FormEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useDuplicates } from "@/client/duplicates";
import type { RecordData } from "@/client/records";
import { useMe } from "@/client/session";
import type { EntityMeta, FieldMeta, FormItemMeta, FormMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { FormFields } from "@/renderer/form/FormFields";
import { partsOf } from "@/renderer/form/layout";
import { ConflictCard } from "../record/ConflictCard";
import { recordPath } from "../shell/navigation";
import { Duplicates } from "./Duplicates";
import { draftKey, dropDraft, keepDraft, readDraft } from "./drafts";
import { changedOf, type Refusal, useSubmit } from "./submitting";

interface RecordFormProps {
  entity: EntityMeta;
  form: FormMeta | null;
  items: FormItemMeta[];
  initial: Record<string, unknown>;
  record?: RecordData;
}

/** Makes a record or changes one; what is typed is kept on this device until it is saved or dropped. */
export function RecordForm(props: RecordFormProps) {
  const { entity, record, initial } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const navigate = useNavigate();
  const user = useMe().data?.id ?? "";
  const key = draftKey(user, view.app.key, entity.key, record?.id);
  const [restored, setRestored] = useState(() => readDraft(key));
  const [values, setValues] = useState<Record<string, unknown>>(() => ({ ...initial, ...restored?.values }));
  const [errors, setErrors] = useState<Record<string, string>>({});
  const body = useRef<HTMLFormElement>(null);
  const act = record ? "update" : "create";
  const changed = changedOf(initial, values, act);
  const alike = useAlike(entity, changed, record);
  const leave = (id = record?.id) =>
    id ? navigate(recordPath(view.app.key, entity.key, id), { replace: true }) : navigate(-1);
  const submit = useSubmit({
    entity: entity.key,
    form: props.form?.key ?? "",
    record,
    onSaved: (id) => {
      dropDraft(key);
      void leave(id);
    },
  });
  const { refusal } = submit;
  useEffect(() => setErrors(refusal?.fields ?? {}), [refusal]);
  useEffect(() => {
    if (Object.keys(errors).length > 0) focusFirst(body.current);
  }, [errors]);
  const parts = useMemo(
    () =>
      partsOf(
        props.items,
        (each) => view.field(entity.key, each),
        (field) => isInput(field, act),
      ),
    [props.items, entity, view, act],
  );

  function change(field: string, value: unknown) {
    const next = { ...values, [field]: value };
    setValues(next);
    setErrors(({ [field]: _, ...others }) => others);
    keepDraft(key, changedOf(initial, next, act), record?.version);
  }

  function drop() {
    dropDraft(key);
    setRestored(null);
    setValues(initial);
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    void submit.send(changed);
  }

  const title = record
    ? nameOf(view, entity.key, record)
    : t("list.new", { entity: view.text(entity.label) });
  return (
    <form ref={body} className="form-page" onSubmit={onSubmit} noValidate>
      <header className="page-head">
        <div>
          {record && <small className="over">{t("form.editing", { entity: view.text(entity.label) })}</small>}
          <h1>{title}</h1>
        </div>
      </header>
      {restored && (
        <Alert
          type="info"
          showIcon
          className="gap-below"
          title={t("form.restored")}
          action={
            <Button size="small" type="text" onClick={drop}>
              {t("form.dropDraft")}
            </Button>
          }
        />
      )}
      <Duplicates
        entity={entity}
        found={refusal?.duplicates ?? alike}
        isRefused={refusal?.duplicates !== undefined}
      />
      <FormFields
        entity={entity.key}
        act={act}
        parts={parts}
        sections={props.items.filter((item) => item.kind === "section")}
        values={values}
        record={record}
        errors={errors}
        onChange={change}
      />
      {refusal && <Refused refusal={refusal} />}
      {submit.conflict && record && (
        <ConflictCard
          entity={entity.key}
          record={record}
          conflict={submit.conflict}
          busy={submit.busy}
          onMine={() => void submit.send(changed, submit.conflict?.version)}
          onTheirs={() => {
            dropDraft(key);
            void leave();
          }}
        />
      )}
      <footer className="form-foot">
        <Button type="primary" htmlType="submit" loading={submit.busy}>
          {record ? t("save") : t("form.create")}
        </Button>
        <Button onClick={() => void leave()}>{t("cancel")}</Button>
        <small className="muted">{t("form.kept")}</small>
      </footer>
    </form>
  );
}

/** What is filled in; a record that is there moves through its stages by its path, where the gates are. */
const isInput = (field: FieldMeta, act: "create" | "update"): boolean =>
  act === "create" ? field.creatable : field.writable && field.type !== "stage";

/** Asks when typing pauses; of a record that is changed only where something was. */
function useAlike(entity: EntityMeta, changed: Record<string, unknown>, record: RecordData | undefined) {
  const view = useAppView();
  const settled = useDeferredValue(usePaused(changed, 400));
  const isTyped = Object.values(settled).some((value) => typeof value === "string" && value.length > 1);
  return useDuplicates(view.app.key, entity.key, settled, record?.id, isTyped).data ?? [];
}

/** A value as it was when it last stayed the same for `pause` milliseconds. */
function usePaused<T>(value: T, pause: number): T {
  const [kept, setKept] = useState(value);
  const text = JSON.stringify(value);
  const latest = useRef(value);
  latest.current = value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says whether the value is another one
  useEffect(() => {
    const timer = setTimeout(() => setKept(latest.current), pause);
    return () => clearTimeout(timer);
  }, [text, pause]);
  return kept;
}

function focusFirst(form: HTMLFormElement | null) {
  const field = form?.querySelector<HTMLElement>("[data-error]");
  field?.scrollIntoView({ block: "center" });
  field?.querySelector<HTMLElement>("input, textarea, button")?.focus({ preventScroll: true });
}

/** What was refused and has no field of its own on this form. */
function Refused(props: { refusal: Refusal }) {
  const { refusal } = props;
  if (refusal.duplicates) return null;
  return (
    <Alert
      type="error"
      showIcon
      className="gap-below"
      title={refusal.title}
      description={
        refusal.others.length > 0 ? refusal.others.map((each) => <div key={each}>{each}</div>) : undefined
      }
    />
  );
}
