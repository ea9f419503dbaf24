import { Button, Segmented } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { EntityMeta, FieldMeta, FormItemMeta } from "@/metadata/app";
import { wireName } from "@/metadata/system";
import { useNarrow } from "@/ui/narrow";
import { useAppView } from "../context";
import { Value } from "../fields/Value";
import { isBlank, isShown, lookupOf } from "../form/conditions";
import { Sentence } from "../form/Sentence";
import { Suggestions } from "./Suggestions";
import { WhyField } from "./WhyField";

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
      {runsOf(items.filter((item) => item.kind !== "field")).map((run) => {
        const [item] = run;
        if (!item) return null;
        if (item.tab) return <Tabs key={item.id} {...props} items={run} />;
        if (item.kind === "section") return <Section key={item.id} {...props} item={item} />;
        return <Standing key={item.id} {...props} item={item} />;
      })}
    </>
  );
}

/** Sections on tabs that follow each other share one place; all else stands alone. */
function runsOf(items: readonly FormItemMeta[]): FormItemMeta[][] {
  const runs: FormItemMeta[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (item.tab && last?.[0]?.tab) last.push(item);
    else runs.push([item]);
  }
  return runs;
}

/** Sections of which one is shown at a time; those of which nothing is known are not offered. */
function Tabs(props: SectionsProps) {
  const view = useAppView();
  const [chosen, setChosen] = useState("");
  const offered = props.items.filter((item) => hasContent(props, item));
  const item = offered.find((each) => each.id === chosen) ?? offered[0];
  if (!item) return null;
  if (offered.length === 1) return <Section {...props} item={item} />;
  return (
    <section className="section">
      <Segmented
        className="section-tabs"
        value={item.id}
        onChange={setChosen}
        options={offered.map((each) => ({ value: each.id, label: view.text(each.label) }))}
      />
      <Contents key={item.id} {...props} item={item} />
    </section>
  );
}

/** What stands between the fields: a sentence, the records of a many side, suggestions. */
function Standing(props: SectionsProps & { item: FormItemMeta }) {
  const view = useAppView();
  switch (props.item.kind) {
    case "text":
      return (
        <Sentence
          entity={props.entity.key}
          item={props.item}
          lookup={lookupOf(view, props.entity.key, props.record)}
          record={props.record}
        />
      );
    case "suggest":
      return <Suggestions {...props} />;
    default:
      return <div>{props.related(props.item)}</div>;
  }
}

function hasContent(props: SectionsProps, item: FormItemMeta): boolean {
  return (item.items ?? []).some(
    (each) => each.kind !== "field" || !isBlank(props.record[wireName(each.field ?? "")]),
  );
}

function Section(props: SectionsProps & { item: FormItemMeta }) {
  const view = useAppView();
  if (!hasContent(props, props.item)) return null;
  const id = `section-${props.item.id}`;
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>{view.text(props.item.label)}</h2>
      <Contents {...props} />
    </section>
  );
}

function Contents(props: SectionsProps & { item: FormItemMeta }) {
  const view = useAppView();
  const lookup = lookupOf(view, props.entity.key, props.record);
  const inside = (props.item.items ?? []).filter((item) => isShown(item, lookup));
  return (
    <>
      <Fields {...props} items={inside.filter((item) => item.kind === "field")} />
      {inside
        .filter((item) => item.kind !== "field")
        .map((item) => (
          <Standing key={item.id} {...props} item={item} />
        ))}
    </>
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
            <dt>
              <WhyField entity={props.entity.key} field={field} record={props.record}>
                {view.text(item.label ?? field.label)}
              </WhyField>
            </dt>
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
