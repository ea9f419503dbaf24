import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Alike } from "@/client/duplicates";
import { onceKey } from "@/client/once";
import { isProblem } from "@/client/problem";
import { createRecord, type RecordData } from "@/client/records";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { isBlank } from "@/renderer/form/conditions";
import { problemText } from "@/ui/problemText";
import { type Conflict, saveChanges, useRefresh } from "../record/saving";

/** Why the server did not save it: by field, what has no field, and the records it was taken for. */
export interface Refusal {
  title: string;
  fields: Record<string, string>;
  others: string[];
  duplicates?: Alike[];
}

/**
 * What a form sends: of a new record all that is there, and what was emptied although the document fills it in; of
 * another only what is different.
 */
export function changedOf(
  initial: Record<string, unknown>,
  values: Record<string, unknown>,
  act: "create" | "update",
  entity: Pick<EntityMeta, "fields">,
): Record<string, unknown> {
  const isFilledIn = (key: string) => {
    const field = entity.fields.find((each) => each.key === key);
    return Boolean(field?.default_expression) || (field?.default ?? null) !== null;
  };
  return Object.fromEntries(
    Object.entries(values).filter(([key, value]) =>
      act === "create"
        ? !isBlank(value) || (value === null && isFilledIn(key))
        : key !== "expand" && JSON.stringify(value ?? null) !== JSON.stringify(initial[key] ?? null),
    ),
  );
}

/** A refusal, sorted by where it is shown. */
export function sortRefusal(error: unknown, title: string): Refusal {
  if (!isProblem(error)) return { title, fields: {}, others: [] };
  const fields: Record<string, string> = {};
  const others = error.unmet.map((each) => each.message);
  for (const each of error.errors) {
    if (each.field) fields[each.field] ??= each.message;
    else others.push(each.message);
  }
  const duplicates = error.code === "duplicate" ? (error.body.duplicates as Alike[] | undefined) : undefined;
  return { title, fields, others, ...(duplicates ? { duplicates } : {}) };
}

interface Submitting {
  entity: string;
  form: string;
  record: RecordData | undefined;
  onSaved: (id: string) => void;
}

/** Sends a form; the same values sent twice make one record. */
export function useSubmit(props: Submitting) {
  const { t } = useTranslation();
  const view = useAppView();
  const refresh = useRefresh(view.app.key, props.entity);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const once = useRef({ text: "", key: "" });

  async function write(values: Record<string, unknown>, version?: number): Promise<string | null> {
    const { record } = props;
    if (record) {
      if (Object.keys(values).length === 0) return record.id;
      const saved = await saveChanges(
        view.app.key,
        props.entity,
        record.id,
        values,
        version ?? record.version,
        props.form,
      );
      if ("record" in saved) return record.id;
      setConflict(saved.conflict);
      return null;
    }
    const text = JSON.stringify(values);
    if (once.current.text !== text) once.current = { text, key: onceKey() };
    return (await createRecord(view.app.key, props.entity, values, props.form, once.current.key)).data.id;
  }

  async function send(values: Record<string, unknown>, version?: number) {
    setBusy(true);
    setRefusal(null);
    try {
      const id = await write(values, version);
      if (id === null) return;
      await refresh(id);
      props.onSaved(id);
    } catch (error) {
      setRefusal(sortRefusal(error, problemText(error, t)));
    } finally {
      setBusy(false);
    }
  }

  return { send, busy, refusal, conflict };
}
