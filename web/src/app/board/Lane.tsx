import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Group } from "@/client/aggregates";
import { type RecordData, useRecords } from "@/client/records";
import type { EntityMeta, FieldMeta, PipelineMeta, ViewMeta } from "@/metadata/app";
import { expandName, targetOf, wireName } from "@/metadata/system";
import { type Lane as LaneShape, laneFilter } from "@/renderer/board/lanes";
import { useAppView } from "@/renderer/context";
import { mannerOf } from "@/renderer/fields/Cell";
import { formatValue } from "@/renderer/fields/format";
import { ErrorState, LoadingState } from "@/ui/States";
import { Card } from "./Card";
import type { Moving } from "./moving";

export interface LaneProps {
  view: ViewMeta;
  entity: EntityMeta;
  field: FieldMeta;
  pipeline: PipelineMeta | undefined;
  lane: LaneShape;
  lanes: LaneShape[];
  filter: string;
  figures: Group | undefined;
  moving: Moving | null;
  onMove: (record: RecordData, to: string) => Promise<void>;
}

const CARDS = 30;
/** What one page of the server holds; whoever has more in a stage wants a list. */
const MOST_CARDS = 500;

/** The records of one stage, the first of them at first. */
export function Lane(props: LaneProps) {
  const { view, entity, field, lane } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const box = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  // One page that grows: after a move a lane is asked for once, however many cards it shows.
  const [most, setMost] = useState(CARDS);
  const columns = useMemo(
    () =>
      view.columns
        .map((key) => shown.field(entity.key, key))
        .filter((each): each is FieldMeta => each !== undefined),
    [view, shown, entity],
  );
  const found = useRecords(shown.app.key, entity.key, {
    filter: laneFilter(props.filter, field.key, lane.key),
    sort: view.sort.map((each) => `${each.descending ? "-" : ""}${wireName(each.field)}`).join(","),
    fields: ["id", field.key, ...columns.map((each) => wireName(each.key))].join(","),
    expand: columns
      .filter(targetOf)
      .map((each) => expandName(each.key))
      .join(","),
    limit: most,
  });
  const rows = standing(found.data?.pages.flatMap((page) => page.items) ?? [], lane.key, props.moving);
  const { onMove } = props;
  useEffect(() => {
    if (!box.current) return;
    return dropTargetForElements({
      element: box.current,
      canDrop: ({ source }) => (source.data.record as RecordData)[field.key] !== lane.key,
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false);
        void onMove(source.data.record as RecordData, lane.key);
      },
    });
  }, [field, lane, onMove]);
  const label = shown.text(lane.label);
  return (
    <div
      ref={box}
      className="lane"
      role="listitem"
      data-over={over || undefined}
      data-outcome={lane.outcome}
      data-lane={lane.key}
    >
      <header>
        <h2>
          {label}
          <small className="count">{props.figures?.count ?? 0}</small>
        </h2>
        <Amount {...props} />
      </header>
      <div className="lane-cards">
        {found.isPending && <LoadingState rows={3} />}
        {found.isError && <ErrorState error={found.error} />}
        {rows.map((record) => (
          <Card
            key={record.id}
            entity={entity}
            field={field}
            pipeline={props.pipeline}
            lanes={props.lanes}
            onMove={onMove}
            t={t}
            record={record}
            columns={columns}
            busy={props.moving?.record.id === record.id}
          />
        ))}
        {found.isSuccess && rows.length === 0 && <p className="nothing lane-empty">{t("board.empty")}</p>}
        {found.hasNextPage && most < MOST_CARDS && (
          <Button
            type="text"
            block
            loading={found.isPlaceholderData}
            onClick={() => setMost(Math.min(most * 2, MOST_CARDS))}
          >
            {t("more")}
          </Button>
        )}
        {found.hasNextPage && most === MOST_CARDS && (
          <p className="nothing lane-empty">{t("board.tooMany", { count: MOST_CARDS })}</p>
        )}
      </div>
    </div>
  );
}

/** The cards of a lane as they stand once the one on its way has arrived. */
function standing(rows: RecordData[], lane: string, moving: Moving | null): RecordData[] {
  if (!moving) return rows;
  const others = rows.filter((record) => record.id !== moving.record.id);
  return moving.to === lane ? [moving.record, ...others] : others;
}

function Amount(props: LaneProps) {
  const shown = useAppView();
  const { amount } = props.view;
  const field = amount ? shown.field(props.entity.key, amount) : undefined;
  const sum = amount ? props.figures?.[`sum_${amount}`] : null;
  if (!field || sum === null || sum === undefined) return null;
  return (
    <span className="lane-amount">
      {shown.text(field.label)} {formatValue(field, String(sum).replace(/\.0+$/, ""), mannerOf(shown))}
    </span>
  );
}
