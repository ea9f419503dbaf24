import type { ReactNode } from "react";
import type { RecordData } from "@/client/records";
import type { EntityMeta, FormItemMeta, FormMeta } from "@/metadata/app";
import { useAppView } from "../context";
import { Value } from "../fields/Value";

/** The form that shows a record: its author's, else all fields in one section. */
export function formOf(forms: FormMeta[], entity: EntityMeta): FormItemMeta[] {
  const own = forms.filter((form) => form.entity === entity.key);
  const chosen =
    own.find((form) => form.purpose === "view") ?? own.find((form) => form.purpose !== "create") ?? own[0];
  if (chosen) return chosen.items;
  return entity.fields.map((field) => ({ id: field.id, key: field.key, kind: "field", field: field.key }));
}

interface SectionsProps {
  entity: EntityMeta;
  items: FormItemMeta[];
  record: RecordData;
  related: (item: FormItemMeta) => ReactNode;
}

/** The sections of a form with the values of a record; what is empty stands back, so that what is known is seen. */
export function Sections(props: SectionsProps) {
  const loose = props.items.filter((item) => item.kind === "field");
  const others = props.items.filter((item) => item.kind !== "field");
  return (
    <>
      {loose.length > 0 && <Fields {...props} items={loose} />}
      {others.map((item) =>
        item.kind === "related" ? (
          <div key={item.id}>{props.related(item)}</div>
        ) : (
          <Section key={item.id} {...props} item={item} />
        ),
      )}
    </>
  );
}

function Section(props: SectionsProps & { item: FormItemMeta }) {
  const view = useAppView();
  const { item, record } = props;
  const fields = (item.items ?? []).filter((each) => each.kind === "field");
  const related = (item.items ?? []).filter((each) => each.kind === "related");
  const known = fields.some((each) => !isEmpty(record[each.field ?? ""]));
  if (!known && related.length === 0) return null;
  return (
    <section className="section" aria-labelledby={`section-${item.id}`}>
      <h2 id={`section-${item.id}`}>{view.text(item.label)}</h2>
      <Fields {...props} items={fields} />
      {related.map((each) => (
        <div key={each.id}>{props.related(each)}</div>
      ))}
    </section>
  );
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

function Fields(props: SectionsProps) {
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
              <Value entity={props.entity.key} field={field} record={props.record} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
