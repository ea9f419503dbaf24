import { Alert, App as AntApp, Button } from "antd";
import { CircleCheck, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type ImportJob, useImportActs } from "@/client/imports";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { entityPath, importPath } from "../shell/navigation";
import { RowTabs } from "./RowTabs";
import { writtenFilter, writtenOf } from "./steps";

/** What an import has done, where it is, and the way back. */
export function ResultStep(props: { entity: EntityMeta; job: ImportJob }) {
  const { entity, job } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const navigate = useNavigate();
  const written = writtenOf(job);
  const isThere = written > 0 && job.state !== "undone";
  const list = `${entityPath(view.app.key, entity.key)}?${new URLSearchParams({ filter: writtenFilter(job) })}`;
  return (
    <div>
      <div className="section outcome" role="status">
        <h2>
          {isThere && <CircleCheck size={18} aria-hidden />}{" "}
          {t(`import.outcome.${job.state}`, { count: written })}
        </h2>
        <p className="muted">{outcomeOf(job, t)}</p>
        <div className="buttons">
          {isThere && (
            <Button type="primary" onClick={() => void navigate(list)}>
              {t("import.look", { count: written })}
            </Button>
          )}
          {isThere && <Undo job={job} />}
          <Button onClick={() => void navigate(importPath(view.app.key, entity.key))}>
            {t("import.another")}
          </Button>
        </div>
      </div>
      <RowTabs
        entity={entity}
        job={job}
        kinds={job.state === "undone" ? ["kept", "undone"] : written > 0 ? ["refused", "new", "changed"] : []}
      />
    </div>
  );
}

function outcomeOf(job: ImportJob, t: ReturnType<typeof useTranslation>["t"]): string {
  const count = (kind: string) => job.counts[kind] ?? 0;
  if (job.state === "undone") {
    return t("import.undoneCounts", { undone: count("undone"), kept: count("kept") });
  }
  if (writtenOf(job) === 0) return t("import.nothingWritten");
  return t("import.counts", {
    new: count("new"),
    changed: count("changed"),
    same: count("same"),
    refused: count("refused"),
  });
}

/** Asks before it takes everything back, and says what stays all the same. */
function Undo(props: { job: ImportJob }) {
  const { t } = useTranslation();
  const { modal } = AntApp.useApp();
  const { act } = useImportActs(useAppView().app.key, props.job.id);
  const { new: made = 0, changed = 0 } = props.job.counts;
  function confirm() {
    modal.confirm({
      title: t("import.undoAsk"),
      content: (
        <ul className="plain-list">
          {made > 0 && <li>{t("import.undoNew", { count: made })}</li>}
          {changed > 0 && <li>{t("import.undoChanged", { count: changed })}</li>}
          <li>{t("import.undoKept")}</li>
        </ul>
      ),
      okText: t("import.undo"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: () => act.mutate("undo"),
    });
  }
  return (
    <>
      <Button icon={<Undo2 size={15} aria-hidden />} loading={act.isPending} onClick={confirm}>
        {t("import.undo")}
      </Button>
      {act.isError && <Alert type="error" showIcon title={problemText(act.error, t)} />}
    </>
  );
}
