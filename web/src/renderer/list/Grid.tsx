import { useVirtualizer } from "@tanstack/react-virtual";
import { Checkbox } from "antd";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { NUMBERS, valueType } from "@/metadata/system";
import { useAppView } from "../context";
import { Cell } from "../fields/Cell";
import { nameOf } from "../fields/names";

export interface Sorting {
  field: string;
  descending: boolean;
}

interface GridProps {
  entity: string;
  label: string;
  columns: FieldMeta[];
  rows: RecordData[];
  sort: Sorting | null;
  onSort: (sort: Sorting | null) => void;
  onOpen: (record: RecordData) => void;
  linkOf: (record: RecordData, children: ReactNode) => ReactNode;
  /** The rows that are chosen; absent where nothing can be done with many. */
  chosen?: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
  /** Asks for the next page; called when the last rows come near. */
  onEnd: () => void;
  busy: boolean;
}

const ROW = 40;

const LONG = new Set(["long_text", "translated_text", "json"]);

/** Wide enough for what such fields hold; names and references share what is left. */
function widthOf(field: FieldMeta, first: boolean): string {
  if (first) return "minmax(128px, 1.4fr)";
  const type = valueType(field);
  if (NUMBERS.has(type)) return "minmax(92px, 0.6fr)";
  if (LONG.has(type)) return "minmax(200px, 2fr)";
  if (type === "text" && field.name_like) return "minmax(150px, 1.4fr)";
  if (type === "date" || type === "instant" || type === "boolean") return "minmax(104px, 0.6fr)";
  if (type === "phone") return "minmax(128px, 0.6fr)";
  if (type === "option" || type === "stage" || type === "region") return "minmax(116px, 0.8fr)";
  return "minmax(104px, 1fr)";
}

/** Records as rows of which only those in sight are drawn; sorted by the head of a column, opened by Enter or their link. */
export function Grid(props: GridProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: props.rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const drawn = virtual.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  const { onEnd, rows } = props;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 20) onEnd();
  }, [last, rows.length, onEnd]);
  const widths = props.columns.map((field, index) => widthOf(field, index === 0));
  const { chosen } = props;
  const template = [...(chosen ? ["40px"] : []), ...widths].join(" ");
  const isAll = chosen !== undefined && rows.length > 0 && rows.every((row) => chosen.has(row.id));

  return (
    <div
      ref={box}
      className="grid-box"
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.length}
      aria-busy={props.busy}
      tabIndex={-1}
    >
      <div className="grid-head" role="row" style={{ gridTemplateColumns: template }}>
        {chosen && (
          <span role="columnheader" tabIndex={-1} className="grid-choice">
            <Checkbox
              checked={isAll}
              indeterminate={!isAll && chosen.size > 0}
              onChange={(event) =>
                props.onChoose(
                  toggled(
                    chosen,
                    rows.map((row) => row.id),
                    event.target.checked,
                  ),
                )
              }
              aria-label={t("list.chooseAll")}
            />
          </span>
        )}
        {props.columns.map((field) => (
          <Head key={field.key} field={field} sort={props.sort} onSort={props.onSort} />
        ))}
      </div>
      <div className="grid-body" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
        {drawn.map((item) => {
          const record = rows[item.index];
          return record ? (
            <Row
              key={record.id}
              {...props}
              record={record}
              index={item.index}
              top={item.start}
              template={template}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

function Head(props: { field: FieldMeta; sort: Sorting | null; onSort: (sort: Sorting | null) => void }) {
  const view = useAppView();
  const { field, sort } = props;
  const here = sort?.field === field.key ? sort : null;
  const label = view.text(field.label);
  const numeric = NUMBERS.has(valueType(field)) || undefined;
  if (!field.sortable)
    return (
      <span role="columnheader" tabIndex={-1} data-numeric={numeric}>
        {label}
      </span>
    );
  return (
    <span
      role="columnheader"
      tabIndex={-1}
      aria-sort={here ? (here.descending ? "descending" : "ascending") : "none"}
      data-numeric={numeric}
    >
      <button type="button" className="plain" onClick={() => props.onSort(nextSort(field.key, here))}>
        {label}
        {here && (here.descending ? <ArrowDown size={13} aria-hidden /> : <ArrowUp size={13} aria-hidden />)}
      </button>
    </span>
  );
}

function nextSort(field: string, here: Sorting | null): Sorting | null {
  if (!here) return { field, descending: false };
  return here.descending ? null : { field, descending: true };
}

/** With `ids` in or out of it. */
function toggled(chosen: ReadonlySet<string>, ids: string[], on: boolean): ReadonlySet<string> {
  const next = new Set(chosen);
  for (const id of ids) on ? next.add(id) : next.delete(id);
  return next;
}

interface RowProps extends GridProps {
  record: RecordData;
  index: number;
  top: number;
  template: string;
}

function Row(props: RowProps) {
  const view = useAppView();
  const { record, chosen } = props;
  const { t } = useTranslation();
  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.target !== event.currentTarget) return;
    if (event.key === "Enter") props.onOpen(record);
    if (event.key === "ArrowDown") (event.currentTarget.nextElementSibling as HTMLElement | null)?.focus();
    if (event.key === " " && chosen) {
      event.preventDefault();
      props.onChoose(toggled(chosen, [record.id], !chosen.has(record.id)));
    }
    if (event.key === "ArrowUp") (event.currentTarget.previousElementSibling as HTMLElement | null)?.focus();
  }
  return (
    <div
      role="row"
      aria-rowindex={props.index + 1}
      aria-selected={chosen ? chosen.has(record.id) : undefined}
      tabIndex={0}
      className="grid-row"
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.top}px)` }}
      onKeyDown={onKey}
    >
      {chosen && (
        <span role="gridcell" tabIndex={-1} className="grid-choice">
          <Checkbox
            checked={chosen.has(record.id)}
            onChange={(event) => props.onChoose(toggled(chosen, [record.id], event.target.checked))}
            aria-label={t("list.choose", { name: nameOf(view, props.entity, record) })}
          />
        </span>
      )}
      {props.columns.map((field, index) => (
        <span
          key={field.key}
          role="gridcell"
          tabIndex={-1}
          data-numeric={NUMBERS.has(valueType(field)) || undefined}
        >
          {index === 0 ? (
            props.linkOf(record, <Cell entity={props.entity} field={field} record={record} plain />)
          ) : (
            <Cell entity={props.entity} field={field} record={record} />
          )}
        </span>
      ))}
    </div>
  );
}
