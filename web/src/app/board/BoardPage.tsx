import { Button, Select } from "antd";
import { Plus } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Group, useAggregate } from "@/client/aggregates";
import type { EntityMeta, FieldMeta, ViewMeta } from "@/metadata/app";
import { filterOf, lanesOf, mainPipeline, pipelinesOf } from "@/renderer/board/lanes";
import { useAppView } from "@/renderer/context";
import { ErrorState, LoadingState } from "@/ui/States";
import { useShortcuts } from "@/ui/shortcuts";
import { NotFound } from "../NotFound";
import { MoveDialog } from "../record/MoveDialog";
import { newPath } from "../shell/navigation";
import { Lane } from "./Lane";
import { useMoving } from "./moving";
import "../record/record.css";
import "./board.css";

export function BoardPage(props: { view: ViewMeta }) {
  const shown = useAppView();
  const entity = shown.entity(props.view.entity);
  const field = shown.field(props.view.entity, props.view.group ?? "");
  return entity && field ? <Board view={props.view} entity={entity} field={field} /> : <NotFound />;
}

interface BoardProps {
  view: ViewMeta;
  entity: EntityMeta;
  field: FieldMeta;
}

/** Records by stage: how many and how much stands in each; a card is moved by pointer, key or menu. */
function Board(props: BoardProps) {
  const { view, entity, field } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const navigate = useNavigate();
  const pipelines = pipelinesOf(shown.app, view);
  const [chosen, setChosen] = useState(() => mainPipeline(pipelines)?.key);
  const pipeline = pipelines.find((each) => each.key === chosen);
  const filter = filterOf(view, pipelines, pipeline);
  const moving = useMoving(entity, field);
  const measure = view.amount ? `count(),sum(${view.amount})` : "count()";
  const figures = useAggregate(shown.app.key, entity.key, { group: field.key, measure, filter });
  useShortcuts(t("keys.board"), [{ keys: ["m"], label: t("keys.move") }]);
  useEffect(() => {
    document.title = shown.text(view.label);
  }, [shown, view]);
  const byLane = useMemo(
    () => new Map((figures.data ?? []).map((group: Group) => [String(group[field.key]), group])),
    [figures.data, field],
  );
  // New figures of the same lanes leave every card as it is.
  const filled = [...byLane.keys()].sort().join("\n");
  const lanes = useMemo(
    () => lanesOf(field, pipeline, new Set(filled.split("\n"))),
    [field, pipeline, filled],
  );
  return (
    <section className="board-page">
      <header className="page-head">
        <h1>{shown.text(view.label)}</h1>
        {pipelines.length > 1 && (
          <Select
            aria-label={t("board.pipeline")}
            value={chosen}
            onChange={setChosen}
            popupMatchSelectWidth={false}
            options={pipelines.map((each) => ({ value: each.key, label: shown.text(each.label) }))}
          />
        )}
        <span className="grow" />
        {entity.acts.includes("create") && (
          <Button
            type="primary"
            icon={<Plus size={16} aria-hidden />}
            onClick={() => void navigate(newPath(shown.app.key, entity.key))}
          >
            {t("list.new", { entity: shown.text(entity.label) })}
          </Button>
        )}
      </header>
      {figures.isPending && <LoadingState rows={8} />}
      {figures.isError && <ErrorState error={figures.error} onRetry={() => void figures.refetch()} />}
      {figures.isSuccess && (
        <div className="lanes" role="list" aria-label={shown.text(view.label)}>
          {lanes.map((lane) => (
            <Lane
              key={lane.key}
              view={view}
              entity={entity}
              field={field}
              pipeline={pipeline}
              lane={lane}
              lanes={lanes}
              filter={filter}
              figures={byLane.get(lane.key)}
              moving={moving.moving}
              onMove={moving.move}
            />
          ))}
        </div>
      )}
      {moving.asked && pipeline && (
        <MoveDialog
          entity={entity}
          pipeline={pipeline}
          record={moving.asked.record}
          to={moving.asked.to}
          dryRun={moving.asked.dryRun}
          onClose={moving.settle}
        />
      )}
    </section>
  );
}
