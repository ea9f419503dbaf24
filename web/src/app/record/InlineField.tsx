import { Button } from "antd";
import { Check, Pencil, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/client/problem";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { FieldInput } from "@/renderer/fields/FieldInput";
import { problemText } from "@/ui/problemText";
import { ConflictCard } from "./ConflictCard";
import { type Conflict, saveChanges, useRefresh } from "./saving";

interface InlineFieldProps {
  entity: string;
  field: FieldMeta;
  record: RecordData;
  children: ReactNode;
}

/** A value that can be changed where it stands: Enter saves, Escape leaves it as it was. */
export function InlineField(props: InlineFieldProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const [editing, setEditing] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const label = view.text(props.field.label);
  if (editing)
    return (
      <Editor
        {...props}
        onClose={() => {
          setEditing(false);
          requestAnimationFrame(() => opener.current?.focus());
        }}
      />
    );
  return (
    <div className="inline-value">
      {props.children}
      <button
        ref={opener}
        type="button"
        className="icon-button inline-edit"
        aria-label={t("record.editField", { field: label })}
        onClick={() => setEditing(true)}
      >
        <Pencil size={13} aria-hidden />
      </button>
    </div>
  );
}

function Editor(props: InlineFieldProps & { onClose: () => void }) {
  const { entity, field, record } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const refresh = useRefresh(view.app.key, entity);
  const [value, setValue] = useState(record[field.key]);
  const [failure, setFailure] = useState("");
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [busy, setBusy] = useState(false);

  async function save(version: number) {
    setBusy(true);
    setFailure("");
    try {
      const saved = await saveChanges(
        view.app.key,
        entity,
        record.id,
        { [field.key]: value ?? null },
        version,
      );
      if ("conflict" in saved) {
        setConflict(saved.conflict);
        return;
      }
      await refresh(record.id);
      props.onClose();
    } catch (error) {
      const own = isProblem(error) && error.errors.find((each) => each.field === field.key);
      setFailure(own ? own.message : problemText(error, t));
    } finally {
      setBusy(false);
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") props.onClose();
    if (event.key === "Enter" && (field.type !== "long_text" || event.ctrlKey || event.metaKey)) {
      if ((event.target as HTMLElement).getAttribute("aria-expanded") === "true") return;
      event.preventDefault();
      void save(record.version);
    }
  }

  return (
    <div className="inline-editor" onKeyDown={onKey} role="group" aria-label={view.text(field.label)}>
      <FieldInput
        entity={entity}
        field={field}
        record={record}
        value={value}
        autoFocus
        status={failure ? "error" : undefined}
        onChange={setValue}
      />
      <div className="buttons">
        <Button
          type="primary"
          size="small"
          icon={<Check size={13} aria-hidden />}
          loading={busy}
          onClick={() => void save(record.version)}
        >
          {t("save")}
        </Button>
        <Button size="small" icon={<X size={13} aria-hidden />} onClick={props.onClose}>
          {t("cancel")}
        </Button>
      </div>
      {failure && (
        <p className="form-error" role="alert">
          {failure}
        </p>
      )}
      {conflict && (
        <ConflictCard
          entity={entity}
          record={record}
          conflict={conflict}
          busy={busy}
          onMine={() => void save(conflict.version)}
          onTheirs={() => void refresh(record.id).then(props.onClose)}
        />
      )}
    </div>
  );
}
