import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Progress } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router";
import { type ImportJob, useImport, useImportActs } from "@/client/imports";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { MapStep } from "./MapStep";
import { PreviewStep } from "./PreviewStep";
import { ResultStep } from "./ResultStep";
import { StepLine } from "./StepLine";
import { percentOf, stepOf } from "./steps";
import "../form/form.css";
import "./import.css";

/** An import on its way: its columns, its check, its result. It goes on whether somebody looks or not. */
export function JobPage() {
  const { t } = useTranslation();
  const { entity: key, job: id } = useParams();
  const view = useAppView();
  const entity = view.entity(key ?? "");
  const found = useImport(view.app.key, id ?? "");
  const title = entity ? t("import.title", { entity: view.text(entity.plural) }) : "";
  useRefreshed(view.app.key, found.data);
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (!entity?.acts.includes("import")) return <NotFound />;
  if (found.isPending) return <LoadingState />;
  if (!found.data) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data.entity !== entity.key) return <NotFound />;
  return (
    <section className="page import-page">
      <header className="page-head">
        <h1>
          {title}
          <small className="count">{found.data.file.name}</small>
        </h1>
      </header>
      <Steps key={found.data.id} entity={entity} job={found.data} />
    </section>
  );
}

/** What lists show is another thing once a job has written or taken back. */
function useRefreshed(app: string, job: ImportJob | undefined) {
  const queries = useQueryClient();
  const stand = job && !job.busy ? job.state : "";
  useEffect(() => {
    if (stand !== "applied" && stand !== "undone" && stand !== "cancelled") return;
    void queries.invalidateQueries({ queryKey: ["imports", app] });
    void queries.invalidateQueries({ queryKey: ["records", app] });
    void queries.invalidateQueries({ queryKey: ["record", app] });
  }, [queries, app, stand]);
}

function Steps(props: { entity: EntityMeta; job: ImportJob }) {
  const { entity, job } = props;
  const [words, setWords] = useSearchParams();
  const step = stepOf(job, words.has("map"));
  const turn = (mapping: boolean) => setWords(mapping ? { map: "1" } : {}, { replace: !mapping });
  return (
    <>
      <StepLine step={step} />
      {job.error && !job.busy && (
        <Alert
          type="error"
          showIcon
          className="gap-below"
          title={[job.error.column, job.error.message].filter(Boolean).join("：")}
        />
      )}
      {step === "map" && <MapStep entity={entity} job={job} onDone={() => turn(false)} />}
      {step !== "map" && job.busy && <OnTheWay job={job} />}
      {step === "check" && !job.busy && <PreviewStep entity={entity} job={job} onMap={() => turn(true)} />}
      {step === "result" && !job.busy && <ResultStep entity={entity} job={job} />}
    </>
  );
}

/** How far a job is, and a way to stop it. */
function OnTheWay(props: { job: ImportJob }) {
  const { t } = useTranslation();
  const { job } = props;
  const { act } = useImportActs(useAppView().app.key, job.id);
  const { done, total } = job.progress;
  const word = job.goal === "previewed" ? job.state : job.goal;
  return (
    <div className="section on-the-way" role="status">
      <p>
        <b>{t(`import.doing.${word}`)}</b> <span className="muted">{t("import.rowOf", { done, total })}</span>
      </p>
      <Progress percent={percentOf(job)} aria-label={t(`import.doing.${word}`)} />
      <p className="muted">{t("import.leave")}</p>
      {job.goal !== "undone" && (
        <Button loading={act.isPending} onClick={() => act.mutate("cancel")}>
          {t("import.cancel")}
        </Button>
      )}
      {act.isError && <Alert type="error" showIcon className="gap-above" title={problemText(act.error, t)} />}
    </div>
  );
}
