import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { type ImportJob, useImportActs } from "@/client/imports";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { RowTabs } from "./RowTabs";

const KINDS = ["new", "changed", "same", "refused"] as const;

/** What would become of the rows; nothing is written yet. */
export function PreviewStep(props: { entity: EntityMeta; job: ImportJob; onMap: () => void }) {
  const { job } = props;
  const { t } = useTranslation();
  const { act } = useImportActs(useAppView().app.key, job.id);
  const good = (job.counts.new ?? 0) + (job.counts.changed ?? 0);
  return (
    <div>
      <ul className="figures" aria-label={t("import.found")}>
        {KINDS.map((kind) => (
          <li key={kind} data-kind={kind} data-none={!job.counts[kind] || undefined}>
            <b>{(job.counts[kind] ?? 0).toLocaleString()}</b>
            <span>{t(`import.kind.${kind}`)}</span>
          </li>
        ))}
      </ul>
      <p className="muted">
        {good === 0
          ? t("import.nothingGood")
          : job.counts.refused
            ? t("import.someRefused")
            : t("import.allGood")}
      </p>
      <RowTabs entity={props.entity} job={job} kinds={["refused", "new", "changed"]} />
      {act.isError && <Alert type="error" showIcon className="gap-below" title={problemText(act.error, t)} />}
      <footer className="form-foot">
        <Button
          type="primary"
          disabled={good === 0}
          loading={act.isPending}
          onClick={() => act.mutate("apply")}
        >
          {t("import.apply", { count: good })}
        </Button>
        <Button onClick={props.onMap}>{t("import.mapAgain")}</Button>
        <Button type="text" disabled={act.isPending} onClick={() => act.mutate("cancel")}>
          {t("import.abandon")}
        </Button>
      </footer>
    </div>
  );
}
