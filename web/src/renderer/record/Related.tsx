import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type RecordData, useRecords } from "@/client/records";
import type { EntityMeta, FieldMeta, FormItemMeta } from "@/metadata/app";
import { expandName, targetOf, wireName } from "@/metadata/system";
import { ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../context";
import { Cell } from "../fields/Cell";

interface RelatedProps {
  entity: EntityMeta;
  item: FormItemMeta;
  record: RecordData;
  linkOf: (entity: string, record: RecordData, children: ReactNode) => ReactNode;
}

/** The newest records of a many side. */
export function Related(props: RelatedProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const many = props.entity.children.find((each) => each.key === props.item.children);
  const target = many && view.entity(many.entity);
  const keys = props.item.columns?.length ? props.item.columns : [target?.name_field ?? "id"];
  const columns = keys
    .map((key) => view.field(many?.entity ?? "", key))
    .filter((field): field is FieldMeta => !!field);
  const found = useRecords(
    view.app.key,
    many?.entity ?? "",
    {
      filter: many && !many.links ? `${many.field} == "${props.record.id}"` : "",
      sort: "-created_at",
      fields: ["id", ...columns.map((field) => wireName(field.key))].join(","),
      expand: columns
        .filter(targetOf)
        .map((field) => expandName(field.key))
        .join(","),
      limit: 20,
    },
    Boolean(many && target && !many.links),
  );
  if (!many || !target || many.links) return null;
  const rows = found.data?.pages[0]?.items ?? [];
  return (
    <section className="section">
      <h2>
        {view.text(props.item.label) || view.text(target.plural)}
        {found.isSuccess && <small className="count">{rows.length}</small>}
      </h2>
      {found.isPending && <LoadingState rows={2} />}
      {found.isError && <ErrorState error={found.error} />}
      {found.isSuccess && rows.length === 0 && <p className="nothing">{t("record.noneRelated")}</p>}
      {rows.length > 0 && (
        <div className="related">
          <table>
            <thead>
              <tr>
                {columns.map((field) => (
                  <th key={field.key} scope="col">
                    {view.text(field.label)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  {columns.map((field, index) => (
                    <td key={field.key}>
                      {index === 0 ? (
                        props.linkOf(
                          many.entity,
                          row,
                          <Cell entity={many.entity} field={field} record={row} plain />,
                        )
                      ) : (
                        <Cell entity={many.entity} field={field} record={row} />
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
