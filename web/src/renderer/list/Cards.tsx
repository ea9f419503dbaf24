import { type ReactNode, useEffect, useRef } from "react";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { useAppView } from "../context";
import { Cell } from "../fields/Cell";

interface CardsProps {
  entity: string;
  columns: FieldMeta[];
  rows: RecordData[];
  linkOf: (record: RecordData, children: ReactNode) => ReactNode;
  onEnd: () => void;
}

/** Records on a phone: the first column as the title, the next ones below it. */
export function Cards(props: CardsProps) {
  const view = useAppView();
  const end = useRef<HTMLLIElement>(null);
  const { onEnd } = props;
  useEffect(() => {
    const watched = end.current;
    if (!watched) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && onEnd(),
    );
    observer.observe(watched);
    return () => observer.disconnect();
  }, [onEnd]);
  const [first, ...others] = props.columns;
  if (!first) return null;
  return (
    <ul className="cards">
      {props.rows.map((record) => (
        <li key={record.id} className="card">
          {props.linkOf(
            record,
            <>
              <strong>
                <Cell entity={props.entity} field={first} record={record} plain />
              </strong>
              <dl>
                {others
                  .filter((field) => !isEmpty(record, field))
                  .slice(0, 5)
                  .map((field) => (
                    <div key={field.key}>
                      <dt>{view.text(field.label)}</dt>
                      <dd>
                        <Cell entity={props.entity} field={field} record={record} plain />
                      </dd>
                    </div>
                  ))}
              </dl>
            </>,
          )}
        </li>
      ))}
      <li ref={end} aria-hidden />
    </ul>
  );
}

function isEmpty(record: RecordData, field: FieldMeta): boolean {
  const value = record[field.key === "owner" ? "owner_id" : field.key];
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
