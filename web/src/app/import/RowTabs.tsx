import { Button, Segmented } from "antd";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { errorFileUrl, type ImportJob, type ImportRow, useImportRows } from "@/client/imports";
import type { EntityMeta } from "@/metadata/app";
import { targetOf } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { Cell } from "@/renderer/fields/Cell";
import { ErrorState, LoadingState } from "@/ui/States";
import { recordPath } from "../shell/navigation";

type Kind = "refused" | "new" | "changed" | "kept" | "undone";

interface RowTabsProps {
  entity: EntityMeta;
  job: ImportJob;
  kinds: Kind[];
}

/** The rows by what became of them, those that want attention first. */
export function RowTabs(props: RowTabsProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const counts = props.job.counts;
  const kinds = props.kinds.filter((kind) => (counts[kind] ?? 0) > 0);
  const [wanted, setWanted] = useState<Kind>();
  const kind = kinds.find((each) => each === wanted) ?? kinds[0];
  if (!kind) return null;
  return (
    <section className="section" aria-label={t("import.rows")}>
      <div className="row-tabs">
        <Segmented<Kind>
          aria-label={t("import.rows")}
          value={kind}
          options={kinds.map((each) => ({
            value: each,
            label: `${t(`import.kind.${each}`)} ${(counts[each] ?? 0).toLocaleString()}`,
          }))}
          onChange={setWanted}
        />
        {kind === "refused" && (
          <Button
            icon={<Download size={15} aria-hidden />}
            href={errorFileUrl(view.app.key, props.job.id)}
            download={`${t("import.errorFile")}.csv`}
          >
            {t("import.errorFile")}
          </Button>
        )}
      </div>
      {kind === "refused" && <p className="muted">{t("import.errorFileHint")}</p>}
      <Rows key={kind} {...props} kind={kind} />
    </section>
  );
}

function Rows(props: RowTabsProps & { kind: Kind }) {
  const { job, kind } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const found = useImportRows(view.app.key, job.id, kind, `${job.state} ${job.changed_at}`);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isPending) return <LoadingState rows={3} />;
  return (
    <>
      <ul className="import-rows">
        {found.data.pages
          .flatMap((page) => page.items)
          .map((row) => (
            <li key={row.row}>
              <small className="muted">{t("import.row", { row: row.row })}</small>
              <div>
                <Title {...props} row={row} />
                {row.changes && <Changes {...props} row={row} />}
                {(row.errors ?? []).map((error) => (
                  <p key={`${error.column} ${error.code} ${error.message}`} className="form-error">
                    {error.column ? `${error.column}：${error.message}` : error.message}
                  </p>
                ))}
              </div>
            </li>
          ))}
      </ul>
      {found.hasNextPage && (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("import.moreRows")}
        </Button>
      )}
    </>
  );
}

const BESIDE = 3;

/** What the row calls its record, with a few of its other cells; once it is there, a link to it. */
function Title(props: { entity: EntityMeta; job: ImportJob; row: ImportRow; kind: Kind }) {
  const view = useAppView();
  const { entity, job, row } = props;
  const used = job.columns.filter((column) => column.used).map((column) => column.name);
  const named = job.mapping.fields[entity.name_field ?? ""]?.column ?? used[0] ?? "";
  const name = row.cells[named] || row.key || "–";
  const beside = used
    .filter((column) => column !== named)
    .map((column) => row.cells[column])
    .filter(Boolean)
    .slice(0, BESIDE);
  const isThere = row.record_id !== null && props.kind !== "undone";
  return (
    <div className="import-row-name">
      {isThere ? (
        <Link to={recordPath(view.app.key, entity.key, row.record_id ?? "")}>{name}</Link>
      ) : (
        <b>{name}</b>
      )}
      {beside.length > 0 && <span className="muted">{beside.join(" · ")}</span>}
    </div>
  );
}

/** Before and after, field by field; what refers to another record shows what stands in the file. */
function Changes(props: { entity: EntityMeta; job: ImportJob; row: ImportRow }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { entity, job, row } = props;
  const value = (key: string, of: unknown) => {
    const field = view.field(entity.key, key);
    if (!field) return String(of ?? "–");
    if (targetOf(field)) return row.cells[job.mapping.fields[key]?.column ?? ""] || "–";
    return <Cell plain entity={entity.key} field={field} record={{ id: "", version: 0, [key]: of }} />;
  };
  return (
    <dl className="import-changes">
      {(row.changes ?? []).map((change) => {
        const field = view.field(entity.key, change.field);
        return (
          <div key={change.field}>
            <dt>{field ? view.text(field.label) : change.field}</dt>
            <dd>
              {field && !targetOf(field) && (
                <>
                  {isBlank(change.before) ? (
                    <span className="muted">{t("dashboard.other")}</span>
                  ) : (
                    <del>{value(change.field, change.before)}</del>
                  )}{" "}
                  <span aria-hidden>→</span>{" "}
                </>
              )}
              {value(change.field, change.after)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

const isBlank = (value: unknown): boolean =>
  value === null || value === "" || (Array.isArray(value) && value.length === 0);
