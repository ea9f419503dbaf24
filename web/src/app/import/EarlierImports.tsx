import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type ImportJob, useImports } from "@/client/imports";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { mannerOf } from "@/renderer/fields/Cell";
import { formatInstant } from "@/renderer/fields/format";
import { Chip } from "@/ui/Chip";
import { ErrorState } from "@/ui/States";
import { importPath } from "../shell/navigation";
import { writtenOf } from "./steps";

/** The imports of whoever asks into an entity; each can be gone on with, looked at, or taken back. */
export function EarlierImports(props: { entity: EntityMeta }) {
  const { t } = useTranslation();
  const view = useAppView();
  const found = useImports(view.app.key);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  const jobs = (found.data ?? []).filter((job) => job.entity === props.entity.key && job.kind === "records");
  if (jobs.length === 0) return null;
  return (
    <section aria-labelledby="earlier-imports" className="section">
      <h2 id="earlier-imports">{t("import.earlier")}</h2>
      <ul className="earlier">
        {jobs.map((job) => (
          <li key={job.id}>
            <Link to={importPath(view.app.key, props.entity.key, job.id)}>
              {job.file.name || t("import.noName")}
            </Link>
            <StateChip job={job} />
            <small className="muted">
              {formatInstant(job.created_at, mannerOf(view))}
              {" · "}
              {t("import.ofRows", { count: writtenOf(job), total: job.progress.total - 1 })}
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

const TONES: Record<string, string> = { applied: "green", cancelled: "grey", undone: "grey" };

export function StateChip(props: { job: ImportJob }) {
  const { t } = useTranslation();
  const word = props.job.busy ? "busy" : props.job.state;
  return <Chip tone={TONES[word] ?? "blue"}>{t(`import.state.${word}`)}</Chip>;
}
