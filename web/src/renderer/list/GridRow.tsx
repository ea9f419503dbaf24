import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { NUMBERS, valueType } from "@/metadata/system";
import { useAppView } from "../context";
import { Cell } from "../fields/Cell";
import { nameOf } from "../fields/names";

/** What a row can ask of its grid; the same object for as long as the grid is there. */
export interface RowHands {
  pick(row: number, column: number): void;
  edit(row: number, column: number): void;
  choose(id: string, on: boolean): void;
}

interface GridRowProps {
  /** Of the grid: what ids of cells begin with. */
  grid: string;
  entity: string;
  columns: FieldMeta[];
  record: RecordData;
  index: number;
  top: number;
  template: string;
  isChosen: boolean | undefined;
  /** The column of the keyboard; -1: it is in another row. */
  active: number;
  /** Takes the place of the cell that is edited. */
  editor: { column: number; node: ReactNode } | null;
  linkOf: (record: RecordData, children: ReactNode) => ReactNode;
  hands: RowHands;
}

/** Types whose values are drawn as chips, which end in dots themselves. */
const CHIPS = new Set(["option", "options", "stage", "tags"]);

export const cellId = (grid: string, id: string, column: number): string => `${grid}-${id}-${column}`;

/** One record; drawn again only when something of it is another thing, since many are drawn while one scrolls. */
export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { record, isChosen, index, hands, grid } = props;
  const { t } = useTranslation();
  const view = useAppView();
  return (
    <div
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isChosen}
      className="grid-row"
      data-editing={props.editor ? true : undefined}
      style={{ gridTemplateColumns: props.template, transform: `translateY(${props.top}px)` }}
    >
      {isChosen !== undefined && (
        <span role="gridcell" className="grid-choice">
          <input
            type="checkbox"
            tabIndex={-1}
            checked={isChosen}
            onChange={(event) => hands.choose(record.id, event.target.checked)}
            aria-label={t("list.choose", { name: nameOf(view, props.entity, record) })}
          />
        </span>
      )}
      {props.columns.map((field, column) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a grid are those of the grid itself
        <span
          key={field.key}
          id={cellId(grid, record.id, column)}
          role="gridcell"
          data-active={props.active === column || undefined}
          data-editing={props.editor?.column === column || undefined}
          data-numeric={NUMBERS.has(valueType(field)) || undefined}
          data-chips={CHIPS.has(valueType(field)) || undefined}
          onClick={() => hands.pick(index, column)}
          onDoubleClick={() => hands.edit(index, column)}
        >
          {props.editor?.column === column ? (
            props.editor.node
          ) : column === 0 ? (
            props.linkOf(record, <Cell entity={props.entity} field={field} record={record} plain />)
          ) : (
            <Cell entity={props.entity} field={field} record={record} plain />
          )}
        </span>
      ))}
    </div>
  );
});
