import { Button } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { EntityMeta, FieldMeta, FormItemMeta } from "@/metadata/app";
import { wireName } from "@/metadata/system";
import { useNarrow } from "@/ui/narrow";
import { useAppView } from "../context";
import { Value } from "../fields/Value";
import { isBlank, isShown, lookupOf } from "../form/conditions";
import { Suggestions } from "./Suggestions";

interface SectionsProps {
  entity: EntityMeta;
  items: FormItemMeta[];
  record: RecordData;
  /** The value of a field, with what one may do with it. */
  valueOf: (field: FieldMeta, item: FormItemMeta, value: ReactNode) => ReactNode;
  related: (item: FormItemMeta) => ReactNode;
  linkOf: (entity: string, record: RecordData, children: ReactNode) => ReactNode;
}

/** The sections of a form with the values of a record; a section of which nothing is known stands back. */
export function Sections(props: SectionsProps) {
  const view = useAppView();
  const lookup = lookupOf(view, props.entity.key, props.record);
  const items = props.items.filter((item) => isShown(item, lookup));
  const loose = items.filter((item) => item.kind === "field");
  return (
    <>
      {loose.length > 0 && (
        <section className="section">
          <Fields {...props} items={loose} />
        </section>
      )}
      {items
        .filter((item) => item.kind !== "field")
        .map((item) =>
          item.kind === "section" ? (
            <Section key={item.id} {...props} item={item} />
          ) : (
            <Standing key={item.id} {...props} item={item} />
          ),
        )}
    </>
  );
}

/** What stands between the fields: a sentence, the records of a many side, suggestions. */
function Standing(props: SectionsProps & { item: FormItemMeta }) {
  const view = useAppView();
  switch (props.item.kind) {
    case "text":
      return <p className="standing">{view.text(props.item.text)}</p>;
    case "suggest":
      return <Suggestions {...props} />;
    default:
      return <div>{props.related(props.item)}</div>;
  }
}

function Section(props: SectionsProps & { item: FormItemMeta }) {
  const view = useAppView();
  const lookup = lookupOf(view, props.entity.key, props.record);
  const inside = (props.item.items ?? []).filter((item) => isShown(item, lookup));
  const fields = inside.filter((item) => item.kind === "field");
  const isKnown = fields.some((item) => !isBlank(props.record[item.field ?? ""]));
  const standing = inside.filter((item) => item.kind !== "field");
  if (!isKnown && standing.length === 0) return null;
  const id = `section-${props.item.id}`;
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>{view.text(props.item.label)}</h2>
      <Fields {...props} items={fields} />
      {standing.map((item) => (
        <Standing key={item.id} {...props} item={item} />
      ))}
    </section>
  );
}

/** Fields with their values; on a phone those that are blank stand behind a touch, so that what is known is in reach. */
function Fields(props: SectionsProps) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  const [all, setAll] = useState(false);
  const known = props.items.filter((item) => !isBlank(props.record[wireName(item.field ?? "")]));
  const blank = props.items.length - known.length;
  const isShort = narrow && !all && blank > 0;
  return (
    <>
      <Pairs {...props} items={isShort ? known : props.items} />
      {isShort && (
        <Button type="link" className="flush fields-blank" onClick={() => setAll(true)}>
          {t("record.blank", { count: blank })}
        </Button>
      )}
    </>
  );
}

function Pairs(props: SectionsProps) {
  const view = useAppView();
  return (
    <dl className="fields">
      {props.items.map((item) => {
        const field = view.field(props.entity.key, item.field ?? "");
        if (!field) return null;
        return (
          <div key={item.id} data-wide={(item.width ?? 1) > 1 || field.type === "long_text" || undefined}>
            <dt>{view.text(item.label ?? field.label)}</dt>
            <dd>
              {props.valueOf(
                field,
                item,
                <Value entity={props.entity.key} field={field} record={props.record} />,
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
