import { ConfigProvider, Dropdown, Popover, Spin } from "antd";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/client/problem";
import { type RecordData, useRecord } from "@/client/records";
import type { EntityMeta, FieldMeta } from "@/metadata/app";
import { wireName } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { Cell } from "@/renderer/fields/Cell";
import { FieldInput } from "@/renderer/fields/FieldInput";
import type { Leaving } from "@/renderer/list/Grid";
import { pipelineOf } from "@/renderer/record/pipelines";
import { waysOf } from "@/renderer/record/ways";
import { problemText } from "@/ui/problemText";
import { ConflictCard } from "../record/ConflictCard";
import { MoveDialog } from "../record/MoveDialog";
import { type Conflict, saveChanges } from "../record/saving";
import "../record/record.css";

const FILES = new Set(["file", "files", "image", "images"]);
/** Types whose inputs are larger than a cell: they are changed on the page of the record. */
const LARGE = new Set([...FILES, "json", "translated_text"]);

/** Whether a field is changed in its cell: it may be written, or moved where it is a stage. */
export function canEditCell(entity: EntityMeta, field: FieldMeta): boolean {
  if (field.type === "stage") return entity.acts.includes("transition");
  return entity.acts.includes("update") && field.writable && !LARGE.has(field.type);
}

interface CellEditorProps {
  entity: EntityMeta;
  field: FieldMeta;
  record: RecordData;
  /** Lets the list show the record as it is now. */
  onSaved: (id: string, now?: RecordData) => Promise<void>;
  onLeave: (how: Leaving) => void;
}

/** A cell that is being changed, where it stands. */
export function CellEditor(props: CellEditorProps) {
  return props.field.type === "stage" ? <StageCell {...props} /> : <ValueCell {...props} />;
}

/** Popups of inputs stand outside of the cell, but belong to it. */
const OWN = ".cell-editor, .cell-said, .ant-select-dropdown, .ant-picker-dropdown";

/** Types of which one value is chosen from a list: with the choice it is saved. */
const CHOSEN = new Set(["option", "reference", "user", "team", "region"]);

/** Enter saves, Tab saves and goes on, Escape leaves it as it was; so does a click elsewhere save. */
function ValueCell(props: CellEditorProps) {
  const { entity, field, record, onLeave } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const key = wireName(field.key);
  const [value, setValue] = useState(record[key]);
  const [failure, setFailure] = useState("");
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [busy, setBusy] = useState(false);
  const isThere = useRef(true);

  async function save(how: Leaving, version = record.version, given = value) {
    const isSame = JSON.stringify(given ?? null) === JSON.stringify(record[key] ?? null);
    if (busy) return;
    if (isSame && version === record.version) return onLeave(how);
    setBusy(true);
    setFailure("");
    try {
      const values = { [key]: given ?? null };
      const saved = await saveChanges(view.app.key, entity.key, record.id, values, version);
      if ("conflict" in saved) return setConflict(saved.conflict);
      await props.onSaved(record.id, saved.record);
      if (isThere.current) onLeave(how);
    } catch (error) {
      const own = isProblem(error) && error.errors.find((each) => each.field === key);
      setFailure(own ? own.message : problemText(error, t));
    } finally {
      setBusy(false);
    }
  }

  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    isThere.current = true;
    function onPress(event: PointerEvent) {
      if (event.target instanceof Element && !event.target.closest(OWN)) void latest.current("stay");
    }
    document.addEventListener("pointerdown", onPress, true);
    return () => {
      isThere.current = false;
      document.removeEventListener("pointerdown", onPress, true);
    };
  }, []);

  function onKey(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    // What the input makes of the same key is its value by then.
    const later = (how: Leaving) => setTimeout(() => isThere.current && void latest.current(how));
    if (event.key === "Escape") onLeave("stay");
    else if (event.key === "Tab") {
      event.preventDefault();
      later(event.shiftKey ? "back" : "next");
    } else if (event.key === "Enter" && (field.type !== "long_text" || event.ctrlKey || event.metaKey)) {
      // An open list of choices takes this one for itself.
      if ((event.target as HTMLElement).getAttribute("aria-expanded") === "true") return;
      event.preventDefault();
      later("stay");
    }
  }

  function change(next: unknown) {
    setValue(next);
    if (CHOSEN.has(field.type)) void save("stay", record.version, next);
  }

  const said = conflict ? (
    <ConflictCard
      entity={entity.key}
      record={record}
      conflict={conflict}
      busy={busy}
      onMine={() => void save("stay", conflict.version)}
      onTheirs={() => void props.onSaved(record.id).then(() => onLeave("stay"))}
    />
  ) : failure ? (
    <p className="form-error" role="alert">
      {failure}
    </p>
  ) : null;
  return (
    <Popover
      open={said !== null}
      placement="bottomLeft"
      classNames={{ root: "cell-said" }}
      content={<div onKeyDownCapture={(event) => event.key === "Escape" && onLeave("stay")}>{said}</div>}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the input inside of it */}
      <div
        className="cell-editor"
        data-busy={busy || undefined}
        data-refused={failure ? true : undefined}
        onKeyDown={onKey}
      >
        <ConfigProvider variant="borderless">
          <FieldInput
            entity={entity.key}
            field={field}
            record={record}
            value={value}
            autoFocus
            opens
            status={failure ? "error" : undefined}
            onChange={change}
          />
        </ConfigProvider>
      </div>
    </Popover>
  );
}

/** The ways from a stage, as a menu at its cell; the gate asks as it does everywhere. */
function StageCell(props: CellEditorProps) {
  const { entity, field, record, onLeave } = props;
  const { t } = useTranslation();
  const view = useAppView();
  // Which pipeline a record goes through may depend on what the list does not show.
  const whole = useRecord(view.app.key, entity.key, record.id);
  const [to, setTo] = useState<string | null>(null);
  const pipeline = whole.data && pipelineOf(view, entity.key, whole.data, field.key);
  const here = (whole.data?.[field.key] ?? null) as string | null;
  const ways = pipeline ? waysOf(pipeline, here).filter((way) => way.isOpen) : [];
  const close = () => onLeave("stay");
  const none = {
    key: "none",
    disabled: true,
    label: whole.isError ? problemText(whole.error, t) : t("list.noWay"),
  };
  return (
    <>
      <Dropdown
        open={to === null}
        trigger={["click"]}
        placement="bottomLeft"
        autoFocus
        onOpenChange={(open, { source }) => !open && source === "trigger" && close()}
        menu={{
          items: whole.isPending
            ? [{ key: "wait", disabled: true, label: <Spin size="small" /> }]
            : ways.length === 0
              ? [none]
              : ways.map((way) => ({ key: way.stage.key, label: view.text(way.stage.label) })),
          onClick: ({ key }) => setTo(key),
        }}
      >
        <span className="cell-stage">
          <Cell entity={entity.key} field={field} record={record} plain />
        </span>
      </Dropdown>
      {to !== null && pipeline && whole.data && (
        <MoveDialog
          entity={entity}
          pipeline={pipeline}
          record={whole.data}
          to={to}
          onClose={(moved) => void (moved ? props.onSaved(record.id) : Promise.resolve()).then(close)}
        />
      )}
    </>
  );
}
