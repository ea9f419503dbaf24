import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ask } from "@/client/http";
import { type RecordData, recordsPath } from "@/client/records";
import type { FieldMeta, LocaleText } from "@/metadata/app";
import { ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../context";

interface Explained {
  value?: { kind: string; factors?: { key: string; label: LocaleText; points: string | number }[] };
  sentences: string[];
}

/** Why a score is what it is: the points of each factor, those that gave something first. */
export function WhyScore(props: { entity: string; field: FieldMeta; record: RecordData }) {
  const { t } = useTranslation();
  const view = useAppView();
  const path = `${recordsPath(view.app.key, props.entity)}/${props.record.id}/explain`;
  const found = useQuery({
    queryKey: [
      "record",
      view.app.key,
      props.entity,
      props.record.id,
      "explain",
      props.field.key,
      props.record.version,
    ],
    queryFn: async ({ signal }) =>
      (await ask<Explained>(path, { query: { field: props.field.key }, signal })).data,
  });
  if (found.isPending) return <LoadingState rows={3} />;
  if (found.isError) return <ErrorState error={found.error} />;
  const factors = [...(found.data.value?.factors ?? [])].sort((a, b) => Number(b.points) - Number(a.points));
  const most = Math.max(1, ...factors.map((factor) => Math.abs(Number(factor.points))));
  return (
    <section className="why" aria-label={t("record.why", { field: view.text(props.field.label) })}>
      <header>
        <span>{view.text(props.field.label)}</span>
        <strong>{String(props.record[props.field.key] ?? "–")}</strong>
      </header>
      <ul>
        {factors.map((factor) => {
          const points = Number(factor.points);
          return (
            <li key={factor.key} data-zero={points === 0 || undefined}>
              <span>{view.text(factor.label)}</span>
              <span className="why-bar" aria-hidden>
                <i
                  style={{ width: `${(Math.abs(points) / most) * 100}%` }}
                  data-negative={points < 0 || undefined}
                />
              </span>
              <b>{points > 0 ? `+${points}` : points}</b>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
