import { App as AntApp, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { recordEvent } from "@/client/events";
import { isProblem } from "@/client/problem";
import { changeRecord, type RecordData } from "@/client/records";
import type { EntityMeta, PipelineMeta, QuickActionMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { isMet, lookupOf } from "@/renderer/form/conditions";
import { problemText } from "@/ui/problemText";
import { useRefresh } from "./saving";

interface QuickActionsProps {
  entity: EntityMeta;
  record: RecordData;
  pipeline: PipelineMeta | undefined;
  actions: QuickActionMeta[];
  /** A stage whose gate asks for something goes through the dialog. */
  onMove: (stage: string) => void;
}

/** What the author put under one tap: an event, values, or both. */
export function QuickActions(props: QuickActionsProps) {
  const { entity, record } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const { message } = AntApp.useApp();
  const refresh = useRefresh(view.app.key, entity.key);
  const [busy, setBusy] = useState<string | null>(null);
  const lookup = lookupOf(view, entity.key, record);
  const shown = props.actions.filter((action) => isMet(action.visible, action.trees, lookup, true));

  async function act(action: QuickActionMeta) {
    setBusy(action.key);
    try {
      if (action.event) await recordEvent(view.app.key, action.event, entity.key, record.id);
      if (Object.keys(action.values).length > 0)
        await changeRecord(view.app.key, entity.key, record.id, action.values);
      void message.success(t("record.actionDone", { action: view.text(action.label) }));
    } catch (error) {
      const stage = props.pipeline && action.values[props.pipeline.field];
      if (isProblem(error) && error.code === "gate_closed" && typeof stage === "string") props.onMove(stage);
      else void message.error(problemText(error, t));
    } finally {
      setBusy(null);
      await refresh(record.id);
    }
  }

  if (shown.length === 0 || !entity.acts.includes("update")) return null;
  return (
    <div className="quick" role="group" aria-label={t("record.quick")}>
      {shown.map((action) => (
        <Button key={action.key} loading={busy === action.key} onClick={() => void act(action)}>
          {view.text(action.label)}
        </Button>
      ))}
    </div>
  );
}
