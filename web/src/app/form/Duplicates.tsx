import { useQueries } from "@tanstack/react-query";
import { CopyCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Alike } from "@/client/duplicates";
import { readRecord } from "@/client/records";
import type { EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { recordPath } from "../shell/navigation";

const SHOWN = 3;

/** Records that probably are the same one, each with the rule that says so. */
export function Duplicates(props: { entity: EntityMeta; found: Alike[]; isRefused: boolean }) {
  const { t } = useTranslation();
  if (props.found.length === 0) return null;
  return (
    <section className="duplicates" role="status" data-refused={props.isRefused || undefined}>
      <h2>
        <CopyCheck size={16} aria-hidden />
        {props.isRefused ? t("form.duplicateRefused") : t("form.duplicate")}
      </h2>
      {props.found.map((alike) => (
        <Rule key={alike.rule} entity={props.entity} alike={alike} />
      ))}
    </section>
  );
}

function Rule(props: { entity: EntityMeta; alike: Alike }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { entity, alike } = props;
  const records = useQueries({
    queries: alike.records.slice(0, SHOWN).map((id) => ({
      queryKey: ["record", view.app.key, entity.key, id, "owner"],
      queryFn: () => readRecord(view.app.key, entity.key, id, { expand: "owner" }),
    })),
  });
  return (
    <div className="duplicate-rule">
      <span className="muted">{view.text(alike.label)}</span>
      {alike.records.length === 0 && <span>{t("form.duplicateHidden")}</span>}
      <ul>
        {records.map(
          ({ data }) =>
            data && (
              <li key={data.id}>
                <Link to={recordPath(view.app.key, entity.key, data.id)}>
                  {nameOf(view, entity.key, data)}
                </Link>
                <span className="muted">
                  {[data.code, (data.expand?.owner as { name?: string } | null)?.name]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </li>
            ),
        )}
      </ul>
    </div>
  );
}
