import { Alert, Button } from "antd";
import { FileUp } from "lucide-react";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { importType, startImport } from "@/client/imports";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { NotFound } from "../NotFound";
import { importPath } from "../shell/navigation";
import { EarlierImports } from "./EarlierImports";
import { StepLine } from "./StepLine";
import "./import.css";

const LARGEST = 50 * 2 ** 20;

/** Where an import begins: a file is chosen; below, the imports that were. */
export function ImportPage() {
  const { t } = useTranslation();
  const { entity: key } = useParams();
  const view = useAppView();
  const entity = view.entity(key ?? "");
  const title = entity ? t("import.title", { entity: view.text(entity.plural) }) : "";
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (!entity?.acts.includes("import")) return <NotFound />;
  return (
    <section className="page import-page">
      <header className="page-head">
        <h1>{title}</h1>
      </header>
      <StepLine step="choose" />
      <FileDrop entity={entity} />
      <EarlierImports entity={entity} />
    </section>
  );
}

function FileDrop(props: { entity: EntityMeta }) {
  const { t } = useTranslation();
  const view = useAppView();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState("");

  async function take(file: File | undefined) {
    if (!file || busy) return;
    const wrong = !importType(file.name)
      ? t("import.wrongType")
      : file.size > LARGEST
        ? t("import.tooLarge")
        : "";
    setRefusal(wrong);
    if (wrong) return;
    setBusy(true);
    try {
      const job = await startImport(view.app.key, props.entity.key, file);
      void navigate(`${importPath(view.app.key, props.entity.key, job.id)}?map=1`);
    } catch (error) {
      setRefusal(problemText(error, t));
      setBusy(false);
    }
  }

  function onDrop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  return (
    <section
      className="drop"
      aria-label={t("import.step.choose")}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <FileUp size={30} strokeWidth={1.5} aria-hidden />
      <p>
        <b>{t("import.drop")}</b>
      </p>
      <input
        ref={input}
        type="file"
        className="hidden-input"
        tabIndex={-1}
        aria-label={t("import.choose")}
        accept=".csv,.xlsx"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          void take(file);
        }}
      />
      <Button type="primary" loading={busy} onClick={() => input.current?.click()}>
        {busy ? t("import.uploading") : t("import.choose")}
      </Button>
      <p className="muted">{t("import.fileHint")}</p>
      <Blank entity={props.entity} />
      {refusal && <Alert type="error" showIcon title={refusal} className="drop-refusal" />}
    </section>
  );
}

/** A file with nothing but the names of the columns, for whoever has none yet. */
function Blank(props: { entity: EntityMeta }) {
  const { t } = useTranslation();
  const view = useAppView();
  const fields = props.entity.fields.filter((field) => field.creatable && !field.computed);
  const cells = fields.map((field) => `"${view.text(field.label).replaceAll('"', '""')}"`);
  const href = `data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${cells.join(",")}\r\n`)}`;
  return (
    <a href={href} download={`${view.text(props.entity.plural)}.csv`}>
      {t("import.blank")}
    </a>
  );
}
