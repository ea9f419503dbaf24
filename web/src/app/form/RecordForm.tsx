import { Alert, App as AntApp, Button } from "antd";
import {
  type FormEvent,
  type KeyboardEvent,
  useDeferredValue,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useDuplicates } from "@/client/duplicates";
import type { RecordData } from "@/client/records";
import { useMe } from "@/client/session";
import type { EntityMeta, FormItemMeta, FormMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { FormFields, isOnForm } from "@/renderer/form/FormFields";
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
  const [round, setRound] = useState(0);
  const again = useRef(false);
  const body = useRef<HTMLFormElement>(null);
  const { message } = AntApp.useApp();
  const act = record ? "update" : "create";
  const changed = changedOf(initial, values, act, entity);
  const alike = useAlike(entity, changed, record);
  const leave = (id = record?.id) =>
    id ? navigate(recordPath(view.app.key, entity.key, id), { replace: true }) : navigate(-1);
  const submit = useSubmit({
    entity: entity.key,
    form: props.form?.key ?? "",
    record,
    onSaved: (id) => {
      dropDraft(key);
      if (!again.current) void leave(id);
      else startOver();
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
        (field) => isOnForm(view, entity.key, field, act),
      ),
    [props.items, entity, view, act],
  );

  // Whoever makes a record begins to type at once; so does whoever makes another one.
  useEffect(() => {
    if (act === "create") firstInput(body.current)?.focus({ preventScroll: round === 0 });
  }, [act, round]);

  function change(changes: Record<string, unknown>) {
    const next = { ...values, ...changes };
    setValues(next);
    setErrors((before) =>
      Object.fromEntries(Object.entries(before).filter(([field]) => !(field in changes))),
    );
    keepDraft(key, changedOf(initial, next, act, entity), record?.version);
  }

  /** An empty form again, with what the author says stays. */
  function startOver() {
    const kept = Object.fromEntries((props.form?.keep ?? []).map((field) => [field, values[field]]));
    void message.success(t("form.createdOne", { entity: view.text(entity.label) }));
    setRestored(null);
    setValues({ ...initial, ...kept });
    setRound((before) => before + 1);
  }

  function drop() {
    dropDraft(key);
    setRestored(null);
    setValues(initial);
  }

  function save(more: boolean) {
    again.current = more;
    void submit.send(changed);
  }

  function onSubmit(event: FormEvent) {
    event.preventDefault();
    save(false);
  }

  function onKey(event: KeyboardEvent) {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || submit.busy) return;
    event.preventDefault();
    save(act === "create" && event.shiftKey);
  }

  const title = record
    ? nameOf(view, entity.key, record)
    : t("list.new", { entity: view.text(entity.label) });
  return (
    <form ref={body} className="form-page" onSubmit={onSubmit} onKeyDown={onKey} noValidate>
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
        key={round}
        entity={entity}
        act={act}
        parts={parts}
        items={props.items}
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
        <Button
          type="primary"
          htmlType="submit"
          loading={submit.busy}
          title="Ctrl + Enter"
          aria-keyshortcuts="Control+Enter"
        >
          {record ? t("save") : t("form.create")}
        </Button>
        {!record && (
          <Button
            disabled={submit.busy}
            title="Ctrl + Shift + Enter"
            aria-keyshortcuts="Control+Shift+Enter"
            onClick={() => save(true)}
          >
            {t("form.createAnother")}
          </Button>
        )}
        <Button onClick={() => void leave()}>{t("cancel")}</Button>
        <small className="muted">{t("form.kept")}</small>
      </footer>
    </form>
  );
}

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

const firstInput = (within: HTMLElement | null | undefined) =>
  within?.querySelector<HTMLElement>(".form-field :is(input, textarea):enabled");

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
