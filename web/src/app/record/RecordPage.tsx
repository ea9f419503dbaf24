import { Phone } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { type RecordData, useRecord } from "@/client/records";
import type { EntityMeta } from "@/metadata/app";
import { expandName, targetOf } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/Cell";
import { Related } from "@/renderer/record/Related";
import { formOf, Sections } from "@/renderer/record/Sections";
import { pipelineOf, StagePath } from "@/renderer/record/StagePath";
import { Timeline } from "@/renderer/record/Timeline";
import { WhyScore } from "@/renderer/record/WhyScore";
import { ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { recordPath } from "../shell/navigation";
import { MoveDialog } from "./MoveDialog";

export function RecordPage() {
  const { entity: key, id } = useParams();
  const entity = useAppView().entity(key ?? "");
  if (!entity || !id) return <NotFound />;
  return <Loaded key={id} entity={entity} id={id} />;
}

/** Three hops at most, and only what the page shows by name. */
function expansionOf(entity: EntityMeta): string {
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

function Shown(props: { entity: EntityMeta; record: RecordData }) {
  const { entity, record } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const [target, setTarget] = useState<string | null>(null);
  const name = nameOf(view, entity.key, record);
  const pipeline = pipelineOf(view.app.pipelines, entity.key, record);
  const scores = entity.fields.filter((field) => field.type === "score" && record[field.key] !== null);
  const phone = entity.fields.find((field) => field.type === "phone" && record[field.key]);
  useEffect(() => {
    document.title = `${name} · ${view.text(entity.label)}`;
  }, [name, entity, view]);
  const link = (to: string, row: RecordData, children: ReactNode) => (
    <Link to={recordPath(view.app.key, to, row.id)}>{children}</Link>
  );
  return (
    <article className="record">
      <header className="page-head">
        <div>
          <small className="over">
            {view.text(entity.label)}
            {typeof record.code === "string" && ` · ${record.code}`}
          </small>
          <h1>{name}</h1>
        </div>
        <span className="grow" />
        {phone && (
          <a className="dial" href={`tel:${String(record[phone.key])}`}>
            <Phone size={16} aria-hidden /> {t("record.dial")}
          </a>
        )}
      </header>
      {pipeline && (
        <StagePath
          pipeline={pipeline}
          record={record}
          canMove={entity.acts.includes("transition")}
          onMove={setTarget}
        />
      )}
      <div className="record-body">
        <div className="record-main">
          <Sections
            entity={entity}
            items={formOf(view.app.forms, entity)}
            record={record}
            related={(item) => <Related entity={entity} item={item} record={record} linkOf={link} />}
          />
        </div>
        <aside className="record-side">
          {scores.map((field) => (
            <WhyScore key={field.key} entity={entity.key} field={field} record={record} />
          ))}
          <section className="section">
            <h2>{t("record.timeline")}</h2>
            <Timeline app={view.app.key} entity={entity.key} id={record.id} />
          </section>
        </aside>
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
