import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Activity, ArrowRight, Ban, Paperclip, Pencil, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { fileUrl } from "@/client/files";
import { ask } from "@/client/http";
import { recordsPath } from "@/client/records";
import { ErrorState, LoadingState } from "@/ui/States";
import { type AppView, useAppView } from "../context";
import { mannerOf } from "../fields/Cell";
import { formatAgo, formatInstant } from "../fields/format";
import { DIGEST_DAYS, digestOf } from "./digest";
import { evidenceLabel } from "./RecordFiles";
import { said } from "./said";
import { type Entry, type Told, tell } from "./timelineEntries";

interface TimelinePage {
  items: Entry[];
  next: string | null;
}

/** Pages of what happened to a record, newest first. */
function useTimeline(app: string, entity: string, id: string) {
  return useInfiniteQuery({
    queryKey: ["record", app, entity, id, "timeline"],
    queryFn: async ({ pageParam, signal }) =>
      (
        await ask<TimelinePage>(`${recordsPath(app, entity)}/${id}/timeline`, {
          query: { cursor: pageParam, limit: 30 },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** What happened lately, in a line: behaviour by kind, and when somebody of ours last did something. */
export function Lately(props: { app: string; entity: string; id: string }) {
  const { t } = useTranslation();
  const view = useAppView();
  const found = useTimeline(props.app, props.entity, props.id);
  const [first, ...older] = found.data?.pages ?? [];
  if (!first) return null;
  const digest = digestOf(first.items, first.next === null && older.length === 0, new Date());
  if (!digest.last) return null;
  const kindOf = (kind: string | undefined) => t(`events.${kind}`, { defaultValue: kind ?? "" });
  return (
    <p className="lately">
      <b>{t(digest.atLeast ? "record.latelyAtLeast" : "record.lately", { days: DIGEST_DAYS })}</b>
      {digest.kinds.map(({ kind, count }) => (
        <span key={kind}>{t("record.times", { what: kindOf(kind), count })}</span>
      ))}
      {digest.kinds.length === 0 && (
        <span>
          {t("record.quiet", {
            what: kindOf(digest.last.kind),
            when: formatAgo(digest.last.at, mannerOf(view)),
          })}
        </span>
      )}
      {digest.touched && (
        <span>
          {t("record.touched", {
            who: digest.touched.by?.name ?? t("record.system"),
            when: formatAgo(digest.touched.at, mannerOf(view)),
          })}
        </span>
      )}
    </p>
  );
}

/** What happened to a record, newest first: changes, stages, behaviour, evidence, refusals. */
export function Timeline(props: { app: string; entity: string; id: string }) {
  const { t } = useTranslation();
  const view = useAppView();
  const found = useTimeline(props.app, props.entity, props.id);
  if (found.isPending) return <LoadingState rows={4} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  const told = tell(
    found.data.pages.flatMap((page) => page.items),
    (field) => view.field(props.entity, field)?.type === "stage",
  );
  return (
    <>
      <ol className="timeline">
        {told.map((entry) => (
          <Line key={`${entry.entry}-${entry.id}`} entity={props.entity} entry={entry} />
        ))}
      </ol>
      {found.hasNextPage && (
        <Button
          type="link"
          className="flush"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("record.earlier")}
        </Button>
      )}
    </>
  );
}

const ICONS = {
  change: Pencil,
  stage: ArrowRight,
  event: Activity,
  evidence: Paperclip,
  refusal: Ban,
} as const;

function Line(props: { entity: string; entry: Told }) {
  const { t } = useTranslation();
  const view = useAppView();
  const manner = mannerOf(view);
  const { entry } = props;
  const Mark = entry.act === "create" ? Plus : (ICONS[entry.entry as keyof typeof ICONS] ?? Activity);
  return (
    <li data-kind={entry.entry}>
      <span className="timeline-mark">
        <Mark size={13} aria-hidden />
      </span>
      <div>
        <Said entity={props.entity} entry={entry} />
        <small>
          {entry.by?.name ?? t("record.system")} ·{" "}
          <time dateTime={entry.at} title={formatInstant(entry.at, manner)}>
            {formatAgo(entry.at, manner)}
          </time>
        </small>
      </div>
    </li>
  );
}

function Said(props: { entity: string; entry: Told }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { entry } = props;
  switch (entry.entry) {
    case "stage":
      return <p>{t("record.entered", { stage: stageLabel(view, props.entity, entry.stage) })}</p>;
    case "event":
      return (
        <p>
          {t(`events.${entry.kind}`, { defaultValue: entry.kind ?? "" })}
          {entry.topic && <span className="muted"> {entry.topic}</span>}
          {entry.times > 1 && <span className="times">×{entry.times}</span>}
        </p>
      );
    case "evidence":
      return (
        <p>
          <a href={fileUrl(view.app.key, entry.file ?? "")} target="_blank" rel="noreferrer">
            {t("record.shown", { what: evidenceLabel(view, props.entity, entry.requirement ?? "") })}
          </a>
        </p>
      );
    case "refusal":
      return <p>{t("record.refused")}</p>;
    default:
      return entry.act === "create" ? (
        <p>{t("record.created")}</p>
      ) : (
        <Changes entity={props.entity} entry={entry} />
      );
  }
}

const SHOWN = 5;

function Changes(props: { entity: string; entry: Entry }) {
  const { t } = useTranslation();
  const view = useAppView();
  const changes = props.entry.changes ?? [];
  return (
    <ul className="changes">
      {changes.slice(0, SHOWN).map((change) => {
        const field = view.field(props.entity, change.field);
        return (
          <li key={change.field}>
            <span className="muted">{field ? view.text(field.label) : change.field}</span>{" "}
            {said(view, props.entity, change.field, change.after) ?? t("record.changed")}
          </li>
        );
      })}
      {changes.length > SHOWN && <li>{t("record.moreChanges", { count: changes.length - SHOWN })}</li>}
    </ul>
  );
}

function stageLabel(view: AppView, entity: string, key: string | undefined): string {
  const stages = view.app.pipelines.filter((each) => each.entity === entity).flatMap((each) => each.stages);
  const stage = stages.find((each) => each.key === key);
  return stage ? view.text(stage.label) : (key ?? "");
}
