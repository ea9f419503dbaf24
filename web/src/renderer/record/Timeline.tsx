import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Activity, ArrowRight, FileText, Pencil } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ask } from "@/client/http";
import { recordsPath } from "@/client/records";
import { ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../context";
import { mannerOf } from "../fields/Cell";
import { formatAgo, formatInstant, formatValue } from "../fields/format";

interface Entry {
  id: string;
  entry: "change" | "stage" | "event" | "evidence" | string;
  at: string;
  by: { id: string; name: string } | null;
  act?: string;
  kind?: string;
  topic?: string | null;
  stage?: string;
  previous?: string | null;
  reason?: string | null;
  changes?: { field: string; before: unknown; after: unknown }[];
}

interface TimelinePage {
  items: Entry[];
  next: string | null;
}

/** What happened to a record, newest first: changes, stages, behaviour. */
export function Timeline(props: { app: string; entity: string; id: string }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery({
    queryKey: ["record", props.app, props.entity, props.id, "timeline"],
    queryFn: async ({ pageParam, signal }) =>
      (
        await ask<TimelinePage>(`${recordsPath(props.app, props.entity)}/${props.id}/timeline`, {
          query: { cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (found.isPending) return <LoadingState rows={4} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <>
      <ol className="timeline">
        {found.data.pages
          .flatMap((page) => page.items)
          .map((entry) => (
            <Line key={`${entry.entry}-${entry.id}`} entity={props.entity} entry={entry} />
          ))}
      </ol>
      {found.hasNextPage && (
        <Button type="link" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("record.earlier")}
        </Button>
      )}
    </>
  );
}

const ICONS = { change: Pencil, stage: ArrowRight, event: Activity, evidence: FileText } as const;

function Line(props: { entity: string; entry: Entry }) {
  const { t } = useTranslation();
  const view = useAppView();
  const manner = mannerOf(view);
  const { entry } = props;
  const Mark = ICONS[entry.entry as keyof typeof ICONS] ?? Activity;
  return (
    <li>
      <Mark size={14} aria-hidden />
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

function Said(props: { entity: string; entry: Entry }) {
  const { t } = useTranslation();
  const view = useAppView();
  const manner = mannerOf(view);
  const { entry } = props;
  if (entry.entry === "stage") {
    return <p>{t("record.entered", { stage: stageLabel(view, props.entity, entry.stage) })}</p>;
  }
  if (entry.entry === "event") return <p>{[entry.kind, entry.topic].filter(Boolean).join(" · ")}</p>;
  if (entry.act === "create") return <p>{t("record.created")}</p>;
  const shown = (entry.changes ?? []).slice(0, 6);
  return (
    <ul>
      {shown.map((change) => {
        const field = view.field(props.entity, change.field);
        const name = field ? view.text(field.label) : change.field;
        const after = field ? formatValue(field, change.after, manner) : String(change.after ?? "");
        return (
          <li key={change.field}>
            {name}：{after || "–"}
          </li>
        );
      })}
    </ul>
  );
}

function stageLabel(view: ReturnType<typeof useAppView>, entity: string, key: string | undefined): string {
  const stages = view.app.pipelines.filter((each) => each.entity === entity).flatMap((each) => each.stages);
  const stage = stages.find((each) => each.key === key);
  return stage ? view.text(stage.label) : (key ?? "");
}
