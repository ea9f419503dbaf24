import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "@/client/http";
import { type RecordData, recordsPath } from "@/client/records";
import type { EntityMeta, FieldMeta, LocaleText } from "@/metadata/app";
import { Chip } from "@/ui/Chip";
import { ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../context";
import { optionsOf } from "../fields/options";
import { toneOf } from "../fields/tone";

interface Factor {
  key: string;
  label: LocaleText;
  points: string | number;
}

interface Explained {
  value?: { kind: string; factors?: Factor[]; band?: string | null };
}

/** Why a score is what it is: the points of each factor, those that gave something first. */
export function WhyScore(props: { entity: string; field: FieldMeta; record: RecordData }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { entity, field, record } = props;
  const path = `${recordsPath(view.app.key, entity)}/${record.id}/explain`;
  const found = useQuery({
    queryKey: ["record", view.app.key, entity, record.id, "explain", field.key, record.version],
    queryFn: async ({ signal }) => (await ask<Explained>(path, { query: { field: field.key }, signal })).data,
  });
  const title = t("record.why", { field: view.text(field.label), value: String(record[field.key]) });
  return (
    <section className="section why" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <Band entity={entity} record={record} band={found.data?.value?.band} />
      </header>
      {found.isPending && <LoadingState rows={3} />}
      {found.isError && <ErrorState error={found.error} />}
      {found.isSuccess && <Factors factors={found.data.value?.factors ?? []} total={record[field.key]} />}
    </section>
  );
}

/** What gave or took points; what did neither stands behind a click. */
function Factors(props: { factors: Factor[]; total: unknown }) {
  const { t } = useTranslation();
  const factors = [...props.factors].sort((a, b) => Number(b.points) - Number(a.points));
  const most = Math.max(1, ...factors.map((factor) => Math.abs(Number(factor.points))));
  const idle = factors.filter((factor) => Number(factor.points) === 0);
  return (
    <>
      <ul>
        {factors
          .filter((factor) => Number(factor.points) !== 0)
          .map((factor) => (
            <Line key={factor.key} factor={factor} most={most} />
          ))}
        <li className="why-total">
          <span>{t("record.total")}</span>
          <b>{String(props.total)}</b>
        </li>
      </ul>
      {idle.length > 0 && (
        <details>
          <summary>{t("record.idleFactors", { count: idle.length })}</summary>
          <ul>
            {idle.map((factor) => (
              <Line key={factor.key} factor={factor} most={most} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Line(props: { factor: Factor; most: number }) {
  const view = useAppView();
  const points = Number(props.factor.points);
  return (
    <li data-zero={points === 0 || undefined}>
      <span>{view.text(props.factor.label)}</span>
      <span className="why-bar" aria-hidden>
        <i
          style={{ width: `${(Math.abs(points) / props.most) * 100}%` }}
          data-negative={points < 0 || undefined}
        />
      </span>
      <b>{points > 0 ? `+${points}` : points < 0 ? `−${-points}` : "0"}</b>
    </li>
  );
}

/** The band that the score falls into, by the option field that shows it. */
function Band(props: { entity: string; record: RecordData; band: string | null | undefined }) {
  const view = useAppView();
  const { band } = props;
  if (!band) return null;
  const entity: EntityMeta | undefined = view.entity(props.entity);
  const field = entity?.fields.find((each) => each.computed === "band" && props.record[each.key] === band);
  const option = field && optionsOf(field).find((each) => each.key === band);
  if (!field || !option) return null;
  return <Chip tone={toneOf(view.app, props.entity, field, band)}>{view.text(option.label)}</Chip>;
}
