import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type RecordData, useCount, useRecords } from "@/client/records";
import type { ChildrenMeta, EntityMeta, FieldMeta, FormItemMeta } from "@/metadata/app";
import { expandName, NUMBERS, targetOf, valueType, wireName } from "@/metadata/system";
import { ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../context";
import { Cell } from "../fields/Cell";

interface RelatedProps {
  entity: EntityMeta;
  item: FormItemMeta;
  record: RecordData;
  linkOf: (entity: string, record: RecordData, children: ReactNode) => ReactNode;
  /** What leads to a new record of the many side. */
  newOf: (entity: EntityMeta, field: string) => ReactNode;
}

const SHOWN = 10;

/** The newest records of a many side. */
export function Related(props: RelatedProps) {
  const view = useAppView();
  const many = props.entity.children.find((each) => each.key === props.item.children);
  const target = many && view.entity(many.entity);
  if (!many || !target || many.links) return null;
  return <Found {...props} many={many} target={target} />;
}

function Found(props: RelatedProps & { many: ChildrenMeta; target: EntityMeta }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { many, target } = props;
  const keys = props.item.columns?.length ? props.item.columns : [target.name_field ?? "created_at"];
  const columns = keys.map((key) => view.field(target.key, key)).filter((field) => field !== undefined);
  const filter = `${many.field} == "${props.record.id}"`;
  const found = useRecords(view.app.key, target.key, {
    filter,
    sort: "-created_at",
    fields: ["id", ...columns.map((field) => wireName(field.key))].join(","),
    expand: columns
      .filter(targetOf)
      .map((field) => expandName(field.key))
      .join(","),
    limit: SHOWN,
  });
  const count = useCount(view.app.key, target.key, { filter }).data;
  const rows = found.data?.pages[0]?.items ?? [];
  const id = `related-${props.item.id}`;
  return (
    <section className="section" aria-labelledby={id}>
      <header className="section-head">
        <h2 id={id}>
          {view.text(props.item.label) || view.text(target.plural)}
          {count && <small className="count">{count.exact ? count.value : `${count.value}+`}</small>}
        </h2>
        <span className="grow" />
        {target.acts.includes("create") && props.newOf(target, many.field)}
      </header>
      {found.isPending && <LoadingState rows={2} />}
      {found.isError && <ErrorState error={found.error} />}
      {found.isSuccess && rows.length === 0 && <p className="nothing">{t("record.noneRelated")}</p>}
      {rows.length > 0 && <Rows columns={columns} rows={rows} target={target} linkOf={props.linkOf} />}
      {count && count.value > SHOWN && rows.length > 0 && (
        <p className="muted">{t("record.newest", { count: SHOWN })}</p>
      )}
    </section>
  );
}

function Rows(props: {
  columns: FieldMeta[];
  rows: RecordData[];
  target: EntityMeta;
  linkOf: RelatedProps["linkOf"];
}) {
  const view = useAppView();
  const numeric = (field: FieldMeta) => NUMBERS.has(valueType(field)) || undefined;
  return (
    <div className="related">
      <table>
        <thead>
          <tr>
            {props.columns.map((field) => (
              <th key={field.key} scope="col" data-numeric={numeric(field)}>
                {view.text(field.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.id}>
              {props.columns.map((field, index) => (
                <td key={field.key} data-numeric={numeric(field)}>
                  {index === 0 ? (
                    props.linkOf(
                      props.target.key,
                      row,
                      <Cell entity={props.target.key} field={field} record={row} plain />,
                    )
                  ) : (
                    <Cell entity={props.target.key} field={field} record={row} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
