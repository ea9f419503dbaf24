import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "antd";
import { useEffect, useRef, useState } from "react";
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

export interface LaneProps {
  view: ViewMeta;
  entity: EntityMeta;
  field: FieldMeta;
  pipeline: PipelineMeta | undefined;
  lane: LaneShape;
  lanes: LaneShape[];
  filter: string;
  figures: Group | undefined;
  moving: { id: string; to: string } | null;
  onMove: (record: RecordData, to: string) => void;
}

const CARDS = 30;

/** The records of one stage, the first of them at first. */
export function Lane(props: LaneProps) {
  const { view, entity, field, lane } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const box = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const columns = view.columns
    .map((key) => shown.field(entity.key, key))
    .filter((each): each is FieldMeta => each !== undefined);
  const found = useRecords(shown.app.key, entity.key, {
    filter: laneFilter(props.filter, field.key, lane.key),
    sort: view.sort.map((each) => `${each.descending ? "-" : ""}${wireName(each.field)}`).join(","),
    fields: ["id", field.key, ...columns.map((each) => wireName(each.key))].join(","),
    expand: columns
      .filter(targetOf)
      .map((each) => expandName(each.key))
      .join(","),
    limit: CARDS,
  });
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
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
        onMove(source.data.record as RecordData, lane.key);
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
          <Card key={record.id} {...props} record={record} columns={columns} />
        ))}
        {found.isSuccess && rows.length === 0 && <p className="nothing lane-empty">{t("board.empty")}</p>}
        {found.hasNextPage && (
          <Button
            type="text"
            block
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            {t("more")}
          </Button>
        )}
      </div>
    </div>
  );
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
