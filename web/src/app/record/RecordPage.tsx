import { Button, Segmented } from "antd";
import { Plus } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { type RecordData, useRecord } from "@/client/records";
import type { EntityMeta, FieldMeta } from "@/metadata/app";
import { expandName, targetOf } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { lookupOf } from "@/renderer/form/conditions";
import { plainItems, viewFormOf } from "@/renderer/form/layout";
import { Calculation } from "@/renderer/record/Calculation";
import { pipelineOf } from "@/renderer/record/pipelines";
import { RecordFiles } from "@/renderer/record/RecordFiles";
import { Related } from "@/renderer/record/Related";
import { Sections } from "@/renderer/record/Sections";
import { StagePath } from "@/renderer/record/StagePath";
import { Lately, Timeline } from "@/renderer/record/Timeline";
import { WhyScore } from "@/renderer/record/WhyScore";
import { useNarrow } from "@/ui/narrow";
import { ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { newPath, recordPath } from "../shell/navigation";
import { InlineField } from "./InlineField";
import { MoveDialog } from "./MoveDialog";
import { QuickActions } from "./QuickActions";
import { RecordHead } from "./RecordHead";
import "./record.css";

export function RecordPage() {
  const { entity: key, id } = useParams();
  const entity = useAppView().entity(key ?? "");
  if (!entity || !id) return <NotFound />;
  return <Loaded key={id} entity={entity} id={id} />;
}

/** What the page shows by name. */
export function expansionOf(entity: EntityMeta): string {
  const names = entity.fields.filter(targetOf).map((field) => expandName(field.key));
  return ["owner", ...names].join(",");
}

function Loaded(props: { entity: EntityMeta; id: string }) {
  const view = useAppView();
  const found = useRecord(view.app.key, props.entity.key, props.id, expansionOf(props.entity));
  if (found.isPending) return <LoadingState rows={10} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  return <Shown entity={props.entity} record={found.data} />;
}

type Tab = "facts" | "why" | "timeline";

function Shown(props: { entity: EntityMeta; record: RecordData }) {
  const { entity, record } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const narrow = useNarrow();
  const [target, setTarget] = useState<string | null>(null);
  const [tab, setTab] = useState<Tab>("facts");
  const name = nameOf(view, entity.key, record);
  const pipeline = pipelineOf(view, entity.key, record);
  const form = useViewForm(entity, record);
  const scores = entity.fields
    .filter((field) => field.type === "score" && record[field.key] != null)
    .sort((one, other) => Number(Number(record[one.key]) === 0) - Number(Number(record[other.key]) === 0));
  useEffect(() => {
    document.title = `${name} · ${view.text(entity.label)}`;
  }, [name, entity, view]);
  const tabs: Tab[] = scores.length > 0 ? ["facts", "why", "timeline"] : ["facts", "timeline"];
  const shows = (each: Tab) => !narrow || tab === each;
  return (
    <article className="record">
      <RecordHead entity={entity} record={record} pipeline={pipeline} onMove={setTarget} />
      {pipeline && (
        <StagePath
          pipeline={pipeline}
          record={record}
          canMove={entity.acts.includes("transition")}
          onMove={setTarget}
        />
      )}
      <QuickActions
        entity={entity}
        record={record}
        pipeline={pipeline}
        actions={form?.actions ?? []}
        onMove={setTarget}
      />
      <Lately app={view.app.key} entity={entity.key} id={record.id} />
      {narrow && (
        <Segmented<Tab>
          block
          className="record-tabs"
          value={tab}
          onChange={setTab}
          options={tabs.map((each) => ({ value: each, label: t(`record.tab.${each}`) }))}
        />
      )}
      <div className="record-body">
        {shows("facts") && (
          <div className="record-main">
            <Facts entity={entity} record={record} />
            {view.app.calculations
              .filter((each) => each.entity === entity.key)
              .map((each) => (
                <Calculation key={each.key} entity={entity} calculation={each} record={record} />
              ))}
          </div>
        )}
        {(!narrow || tab !== "facts") && (
          <aside className="record-side" aria-label={t("record.side")}>
            {shows("why") &&
              scores.map((field) => (
                <WhyScore key={field.key} entity={entity.key} field={field} record={record} />
              ))}
            {shows("timeline") && <RecordFiles entity={entity.key} id={record.id} />}
            {shows("timeline") && (
              <section className="section" aria-labelledby="timeline-title">
                <h2 id="timeline-title">{t("record.timeline")}</h2>
                <Timeline app={view.app.key} entity={entity.key} id={record.id} />
              </section>
            )}
          </aside>
        )}
      </div>
      {pipeline && target && (
        <MoveDialog
          entity={entity}
          pipeline={pipeline}
          record={record}
          to={target}
          onClose={() => setTarget(null)}
        />
      )}
    </article>
  );
}

function useViewForm(entity: EntityMeta, record: RecordData) {
  const view = useAppView();
  const narrow = useNarrow();
  return viewFormOf(view.app.forms, entity.key, narrow, lookupOf(view, entity.key, record));
}

function Facts(props: { entity: EntityMeta; record: RecordData }) {
  const { entity, record } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const form = useViewForm(entity, record);
  const canEdit = (field: FieldMeta) =>
    field.writable && field.type !== "stage" && entity.acts.includes("update");
  const link = (to: string, row: RecordData, children: ReactNode) => (
    <Link to={recordPath(view.app.key, to, row.id)}>{children}</Link>
  );
  return (
    <Sections
      entity={entity}
      items={form?.items ?? plainItems(entity)}
      record={record}
      valueOf={(field, _item, value) => {
        const shown = <Linked field={field} record={record} value={value} />;
        return canEdit(field) ? (
          <InlineField entity={entity.key} field={field} record={record}>
            {shown}
          </InlineField>
        ) : (
          <div className="inline-value">{shown}</div>
        );
      }}
      linkOf={link}
      related={(item) => (
        <Related
          entity={entity}
          item={item}
          record={record}
          linkOf={link}
          newOf={(target, field) => (
            <Link
              to={`${newPath(view.app.key, target.key)}?${field}=${record.id}`}
              aria-label={t("list.new", { entity: view.text(target.label) })}
            >
              <Button type="text" size="small" icon={<Plus size={14} aria-hidden />} tabIndex={-1}>
                {t("record.add")}
              </Button>
            </Link>
          )}
        />
      )}
    />
  );
}

/** A reference leads to its record, where that is one of the app's and may be seen. */
function Linked(props: { field: FieldMeta; record: RecordData; value: ReactNode }) {
  const view = useAppView();
  const target = targetOf(props.field);
  const found = props.record.expand?.[expandName(props.field.key)];
  if (!target || !view.entity(target) || !found || Array.isArray(found)) return props.value;
  return <Link to={recordPath(view.app.key, target, found.id)}>{props.value}</Link>;
}
