import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { NUMBERS, valueType } from "@/metadata/system";
import { useAppView } from "../context";
import { type Cursor, moved, nextEditable } from "./cursor";
import { cellId, GridRow, type RowHands } from "./GridRow";

export interface Sorting {
  field: string;
  descending: boolean;
}

/** What others can let a grid do. */
export interface GridHandle {
  /** Moves the keyboard by rows, and into the grid where it is not there. */
  step(rows: number): void;
  /** Edits the cell of the keyboard. */
  edit(): void;
}

/** How an editor was left: where it stands, or on to the next or the one before. */
export type Leaving = "stay" | "next" | "back";

interface GridProps {
  ref?: Ref<GridHandle>;
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
  /** Whether a field can be changed in its cell. */
  canEdit: (field: FieldMeta) => boolean;
  /** The editor of a cell. */
  editorOf: (record: RecordData, field: FieldMeta, leave: (how: Leaving) => void) => ReactNode;
  /** Asks for the next page; called before the last rows come near. */
  onEnd: () => void;
  busy: boolean;
}

const ROW = 40;
/** Rows that are drawn outside of sight, and rows that are fetched before they are needed. */
const OVERSCAN = 8;
/** Elements of rows that go out of sight are used again for those that come: more than are ever drawn. */
const POOL = 128;
const [AHEAD, AHEAD_AT_REST] = [1_500, 20];

const LONG = new Set(["long_text", "translated_text", "json"]);

/** At least how wide (in pixels) fields are for what they hold, and their share of what is left. */
function widthOf(field: FieldMeta, first: boolean): [least: number, share: number] {
  if (first) return [128, 1.4];
  const type = valueType(field);
  if (NUMBERS.has(type)) return [92, 0.6];
  if (LONG.has(type)) return [200, 2];
  if (type === "text" && field.name_like) return [150, 1.4];
  if (type === "date" || type === "instant" || type === "boolean") return [104, 0.6];
  if (type === "phone") return [128, 0.6];
  if (type === "option" || type === "stage" || type === "region") return [116, 0.8];
  return [104, 1];
}

const CHOICE = 40;

/**
 * Records as rows of which only those in sight are drawn, sorted by the head of a column. The grid has the focus and
 * says which cell is active: rows come and go while one scrolls, and what has no element cannot have the focus.
 */
export function Grid(props: GridProps) {
  const { t } = useTranslation();
  const { rows, columns, chosen } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const scrollTo = useRef<(row: number) => void>(() => {});
  const keys = useKeys(props, box, scrollTo, id);
  const { cursor, editing, hands } = keys;
  const edited = editing ? rows.findIndex((row) => row.id === editing.id) : -1;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: OVERSCAN,
    scrollPaddingEnd: ROW,
    // What somebody types stays, wherever they scroll meanwhile.
    rangeExtractor: (range) => {
      const inSight = defaultRangeExtractor(range);
      return edited < 0 || inSight.includes(edited) ? inSight : [...inSight, edited].sort((a, b) => a - b);
    },
  });
  scrollTo.current = (row) => virtual.scrollToIndex(row, { align: "auto" });
  const drawn = virtual.getVirtualItems();
  useAhead(rows.length, virtual.range?.endIndex ?? 0, virtual.scrollOffset ?? 0, props.onEnd);
  const widths = columns.map((field, index) => widthOf(field, index === 0));
  const tracks = widths.map(([least, share]) => `minmax(${least}px, ${share}fr)`);
  const template = [...(chosen ? [`${CHOICE}px`] : []), ...tracks].join(" ");
  // Rows are laid out each by itself, so nothing but this tells the body how wide they are.
  const minWidth = widths.reduce((sum, [least]) => sum + least, chosen ? CHOICE : 0);
  const isAll = chosen !== undefined && rows.length > 0 && rows.every((row) => chosen.has(row.id));
  const here = rows[cursor.row];

  return (
    <div
      ref={box}
      className="grid-box"
      role="grid"
      aria-label={props.label}
      aria-rowcount={rows.length}
      aria-busy={props.busy}
      aria-activedescendant={here && cellId(id, here.id, cursor.column)}
      tabIndex={0}
      onKeyDown={keys.onKey}
    >
      <div className="grid-head" role="row" style={{ gridTemplateColumns: template, minWidth }}>
        {chosen && (
          <span role="columnheader" className="grid-choice">
            <input
              type="checkbox"
              checked={isAll}
              ref={(element) => {
                if (element) element.indeterminate = !isAll && chosen.size > 0;
              }}
              onChange={(event) => props.onChoose(event.target.checked ? allOf(chosen, rows) : new Set())}
              aria-label={t("list.chooseAll")}
            />
          </span>
        )}
        {columns.map((field) => (
          <Head key={field.key} field={field} sort={props.sort} onSort={props.onSort} />
        ))}
      </div>
      <div className="grid-body" role="rowgroup" style={{ height: virtual.getTotalSize(), minWidth }}>
        {drawn.map((item) => {
          const record = rows[item.index];
          if (!record) return null;
          const place = record.id === editing?.id ? editing.column : -1;
          const field = columns[place];
          return (
            <GridRow
              key={field ? record.id : item.index % POOL}
              grid={id}
              entity={props.entity}
              columns={columns}
              record={record}
              index={item.index}
              top={item.start}
              template={template}
              isChosen={chosen?.has(record.id)}
              active={item.index === cursor.row ? cursor.column : -1}
              editor={field ? { column: place, node: props.editorOf(record, field, keys.leave) } : null}
              linkOf={props.linkOf}
              hands={hands}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Fetches far ahead of who scrolls, and little for who only looks. */
function useAhead(count: number, last: number, offset: number, onEnd: () => void) {
  const ahead = offset > 0 ? AHEAD : AHEAD_AT_REST;
  useEffect(() => {
    if (count > 0 && last >= count - ahead) onEnd();
  }, [last, count, ahead, onEnd]);
}

/** The keyboard of a grid (the grid pattern of ARIA), and the cell that is edited. */
function useKeys(
  props: GridProps,
  box: { current: HTMLDivElement | null },
  scrollTo: { current: (row: number) => void },
  id: string,
) {
  const [cursor, setCursor] = useState<Cursor>({ row: 0, column: 0 });
  const [editing, setEditing] = useState<{ id: string; column: number } | null>(null);
  const latest = useRef({ props, cursor, editing });
  latest.current = { props, cursor, editing };

  function go(to: Cursor) {
    setCursor(to);
    scrollTo.current(to.row);
    const record = latest.current.props.rows[to.row];
    requestAnimationFrame(() => {
      const cell = record && document.getElementById(cellId(id, record.id, to.column));
      cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  const focus = () => box.current?.focus({ preventScroll: true });

  function edit(at: Cursor) {
    const { props: now } = latest.current;
    const [record, field] = [now.rows[at.row], now.columns[at.column]];
    if (!record || !field || !now.canEdit(field)) return false;
    go(at);
    window.getSelection()?.removeAllRanges(); // what the double click has marked
    setEditing({ id: record.id, column: at.column });
    return true;
  }

  function leave(how: Leaving) {
    const { props: now, editing: left, cursor: was } = latest.current;
    const row = now.rows.findIndex((each) => each.id === left?.id);
    const at = left && row >= 0 ? { row, column: left.column } : was;
    setEditing(null);
    setCursor(at);
    focus();
    if (how === "stay") return;
    const next = nextEditable(at, how === "next" ? 1 : -1, now.rows.length, now.columns.map(now.canEdit));
    // The one that was left has to be gone before the next one takes the focus.
    if (next) requestAnimationFrame(() => edit(next));
  }

  function choose(record: string, on: boolean) {
    const next = new Set(latest.current.props.chosen);
    if (on) next.add(record);
    else next.delete(record);
    latest.current.props.onChoose(next);
  }

  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.target !== box.current) return;
    const control = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / ROW) - 2);
    const to = moved(event.key, control, cursor, {
      rows: props.rows.length,
      columns: props.columns.length,
      page,
    });
    const record = props.rows[cursor.row];
    if (to) go(to);
    else if (event.key === " " && props.chosen && record) choose(record.id, !props.chosen.has(record.id));
    else if (event.key === "F2") edit(cursor);
    else if (event.key === "Enter" && record && (cursor.column === 0 || !edit(cursor))) props.onOpen(record);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  }

  const acts = { go, edit, choose, focus };
  const hand = useRef(acts);
  hand.current = acts;
  const hands = useMemo<RowHands>(
    () => ({
      pick: (row, column) => hand.current.go({ row, column }),
      edit: (row, column) => hand.current.edit({ row, column }),
      choose: (record, on) => hand.current.choose(record, on),
    }),
    [],
  );
  useImperativeHandle(props.ref, () => ({
    step: (by) => {
      const isIn = document.activeElement === box.current;
      const { props: now, cursor: at } = latest.current;
      hand.current.focus();
      // The first key only says where one is.
      const row = isIn ? at.row + by : at.row;
      hand.current.go({ ...at, row: Math.max(0, Math.min(row, now.rows.length - 1)) });
    },
    edit: () => {
      hand.current.focus();
      hand.current.edit(latest.current.cursor);
    },
  }));
  const row = Math.min(cursor.row, Math.max(0, props.rows.length - 1));
  const column = Math.min(cursor.column, props.columns.length - 1);
  return { cursor: { row, column }, editing, leave, onKey, hands };
}

function allOf(chosen: ReadonlySet<string>, rows: RecordData[]): ReadonlySet<string> {
  const next = new Set(chosen);
  for (const row of rows) next.add(row.id);
  return next;
}

function Head(props: { field: FieldMeta; sort: Sorting | null; onSort: (sort: Sorting | null) => void }) {
  const view = useAppView();
  const { field, sort } = props;
  const here = sort?.field === field.key ? sort : null;
  const label = view.text(field.label);
  const numeric = NUMBERS.has(valueType(field)) || undefined;
  if (!field.sortable)
    return (
      <span role="columnheader" data-numeric={numeric}>
        {label}
      </span>
    );
  return (
    <span
      role="columnheader"
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
