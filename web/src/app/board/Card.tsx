import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Dropdown } from "antd";
import type { TFunction } from "i18next";
import { ArrowRightLeft } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import type { RecordData } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { Cell } from "@/renderer/fields/Cell";
import { nameOf } from "@/renderer/fields/names";
import { isBlank } from "@/renderer/form/conditions";
import { waysOf } from "@/renderer/record/ways";
import { recordPath } from "../shell/navigation";
import type { LaneProps } from "./Lane";

interface CardProps extends Pick<LaneProps, "entity" | "field" | "pipeline" | "lanes" | "onMove"> {
  record: RecordData;
  columns: FieldMeta[];
  /** Whether it is on its way to another lane. */
  busy: boolean;
  t: TFunction;
}

/** One record: dragged to another stage, or moved there by its menu (`m` opens it). */
export const Card = memo(function Card(props: CardProps) {
  const { record, entity, columns } = props;
  const view = useAppView();
  const box = useRef<HTMLElement>(null);
  const [dragging, setDragging] = useState(false);
  const [open, setOpen] = useState(false);
  // What is on its way already is not sent on before it has arrived.
  const canMove = entity.acts.includes(props.pipeline ? "transition" : "update") && !props.busy;
  useEffect(() => {
    if (!box.current || !canMove) return;
    return draggable({
      element: box.current,
      getInitialData: () => ({ record }),
      onDragStart: () => setDragging(true),
      onDrop: () => setDragging(false),
    });
  }, [record, canMove]);
  const name = nameOf(view, entity.key, record);
  const [first, ...others] = columns;
  function onKey(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.key !== "m" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    setOpen(true);
  }
  return (
    <article
      ref={box}
      className="board-card"
      data-dragging={dragging || undefined}
      data-busy={props.busy || undefined}
      onKeyDown={canMove ? onKey : undefined}
    >
      <div className="board-card-head">
        <Link to={recordPath(view.app.key, entity.key, record.id)} draggable={false}>
          {first ? <Cell entity={entity.key} field={first} record={record} plain /> : name}
        </Link>
        {canMove && <Mover {...props} name={name} open={open} onOpen={setOpen} />}
      </div>
      <div className="board-card-facts">
        {others
          .filter((field) => !isBlank(record[field.key === "owner" ? "owner_id" : field.key]))
          .map((field) => (
            <span key={field.key} title={view.text(field.label)}>
              <Cell entity={entity.key} field={field} record={record} plain />
            </span>
          ))}
      </div>
    </article>
  );
});

/** The way of a card by menu; the menu itself is made when it is wanted, since a board has many cards. */
function Mover(props: CardProps & { name: string; open: boolean; onOpen: (open: boolean) => void }) {
  const { t } = props;
  const view = useAppView();
  const [wanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      className="icon-button"
      aria-label={t("board.moveCard", { name: props.name })}
      aria-haspopup="menu"
      onPointerEnter={() => setWanted(true)}
      onFocus={() => setWanted(true)}
    >
      <ArrowRightLeft size={14} aria-hidden />
    </button>
  );
  if (!wanted && !props.open) return button;
  return (
    <Dropdown
      trigger={["click"]}
      open={props.open}
      onOpenChange={props.onOpen}
      placement="bottomRight"
      menu={{ items: targetsOf(props, view.text) }}
    >
      {button}
    </Dropdown>
  );
}

/** Where a card may go: along the ways of its pipeline, else to every other lane. */
function targetsOf(props: CardProps, text: ReturnType<typeof useAppView>["text"]) {
  const here = props.record[props.field.key] as string | null;
  const targets = props.pipeline
    ? waysOf(props.pipeline, here)
        .filter((way) => way.isOpen)
        .map((way) => way.stage)
    : props.lanes.filter((lane) => lane.key !== here);
  return targets.map((target) => ({
    key: target.key,
    label: text(target.label),
    onClick: () => void props.onMove(props.record, target.key),
  }));
}
