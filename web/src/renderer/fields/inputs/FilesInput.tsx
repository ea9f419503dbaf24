import { Button } from "antd";
import { Camera, FileText, Paperclip, X } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fileUrl, type StoredFile, uploadFile, useRecordFiles } from "@/client/files";
import { isProblem } from "@/client/problem";
import type { RecordData } from "@/client/records";
import { useMe } from "@/client/session";
import { type AppView, useAppView } from "../../context";
import { mannerOf } from "../Cell";
import { nameOf } from "../names";
import { marked } from "../watermark";
import type { FieldInputProps } from "./props";

interface FileChooserProps {
  id?: string;
  accept: string[];
  many: boolean;
  disabled?: boolean;
  describedBy?: string;
  /** What pictures belong to, where they get a mark: it is written into them before they are sent. */
  markedWith?: string;
  onFile: (file: StoredFile) => void;
}

const IMAGES = "image/*";

/** Uploads files as they are chosen; where pictures will do, a phone offers its camera. */
export function FileChooser(props: FileChooserProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const input = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const person = useMe().data?.name ?? "";
  const takesPictures = props.accept.length === 0 || props.accept.some((type) => type.startsWith("image/"));

  async function mark(file: File): Promise<File> {
    if (props.markedWith === undefined) return file;
    const words = { taken: t("form.markTaken"), sent: t("form.markSent"), place: t("form.markPlace") };
    return marked(file, { person, record: props.markedWith, zone: mannerOf(view).zone, words });
  }

  async function take(event: ChangeEvent<HTMLInputElement>) {
    const files = [...(event.target.files ?? [])];
    event.target.value = "";
    setBusy(true);
    setFailure("");
    try {
      for (const file of files) props.onFile(await uploadFile(view.app.key, await mark(file)));
    } catch (error) {
      if (error instanceof DOMException) setFailure(t("form.noMark"));
      else setFailure(isProblem(error) && error.code !== "offline" ? error.message : t("offline"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="file-chooser">
      <input
        ref={input}
        id={props.id}
        type="file"
        className="hidden-input"
        accept={props.accept.join(",") || undefined}
        multiple={props.many}
        disabled={props.disabled}
        aria-describedby={props.describedBy}
        onChange={(event) => void take(event)}
      />
      <Button
        icon={<Paperclip size={14} aria-hidden />}
        loading={busy}
        disabled={props.disabled}
        onClick={() => input.current?.click()}
      >
        {t("form.attach")}
      </Button>
      {takesPictures && (
        <>
          <input
            ref={camera}
            type="file"
            className="hidden-input"
            accept={IMAGES}
            capture="environment"
            tabIndex={-1}
            aria-hidden
            onChange={(event) => void take(event)}
          />
          <Button
            className="phone-only"
            icon={<Camera size={14} aria-hidden />}
            disabled={props.disabled || busy}
            onClick={() => camera.current?.click()}
          >
            {t("form.camera")}
          </Button>
        </>
      )}
      {props.markedWith !== undefined && <p className="form-help">{t("form.marked")}</p>}
      {failure && (
        <p className="form-error" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}

/** Files by name, each can be taken away again. */
export function FileList(props: { files: StoredFile[]; onRemove?: (id: string) => void }) {
  const { t } = useTranslation();
  const view = useAppView();
  if (props.files.length === 0) return null;
  return (
    <ul className="files">
      {props.files.map((file) => (
        <li key={file.id}>
          <a href={fileUrl(view.app.key, file.id)} target="_blank" rel="noreferrer">
            {file.type.startsWith("image/") ? (
              <img src={fileUrl(view.app.key, file.id)} alt="" loading="lazy" />
            ) : (
              <FileText size={16} aria-hidden />
            )}
            <span>{file.name}</span>
          </a>
          {props.onRemove && (
            <button
              type="button"
              className="icon-button"
              aria-label={t("form.removeFile", { name: file.name })}
              onClick={() => props.onRemove?.(file.id)}
            >
              <X size={14} aria-hidden />
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What a picture of a record is marked with: its name, or what it is while it has none. */
export function markOf(view: AppView, entity: string, record: RecordData | undefined): string {
  return record ? nameOf(view, entity, record) : view.text(view.entity(entity)?.label);
}

/** The input of a field that holds one file or several. */
export function FilesInput(props: FieldInputProps) {
  const view = useAppView();
  const [uploaded, setUploaded] = useState<StoredFile[]>([]);
  const stored = useRecordFiles(view.app.key, props.entity, props.record?.id).data ?? [];
  const many = props.field.type === "files" || props.field.type === "images";
  const ids = many ? ((props.value as string[] | null) ?? []) : props.value ? [String(props.value)] : [];
  const known = new Map([...stored, ...uploaded].map((file) => [file.id, file]));
  const files = ids.map((id) => known.get(id) ?? { id, name: id.slice(0, 8), size: 0, type: "" });
  const isImage = props.field.type === "image" || props.field.type === "images";
  const give = (kept: string[]) =>
    props.onChange(many ? (kept.length > 0 ? kept : null) : (kept.at(-1) ?? null));
  const given = useRef(ids);
  given.current = ids;
  return (
    <div className="files-input">
      <FileList
        files={files}
        onRemove={props.disabled ? undefined : (id) => give(ids.filter((each) => each !== id))}
      />
      <FileChooser
        id={props.id}
        accept={isImage ? [IMAGES] : []}
        many={many}
        disabled={props.disabled}
        describedBy={props.describedBy}
        markedWith={props.field.watermark ? markOf(view, props.entity, props.record) : undefined}
        onFile={(file) => {
          setUploaded((before) => [...before, file]);
          given.current = [...given.current, file.id];
          give(given.current);
        }}
      />
    </div>
  );
}
