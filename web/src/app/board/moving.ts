import { useQueryClient } from "@tanstack/react-query";
import { App as AntApp } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/client/problem";
import { changeRecord, moveRecord, type RecordData } from "@/client/records";
import type { EntityMeta, FieldMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import type { DryRun } from "../record/MoveDialog";

/** A card on its way: the gate asks for something first. */
export interface Asked {
  record: RecordData;
  to: string;
  dryRun: DryRun;
}

/** Moves cards: the gate is asked first; what it lets pass is written at once, else its dialog opens. */
export function useMoving(entity: EntityMeta, field: FieldMeta) {
  const { t } = useTranslation();
  const view = useAppView();
  const queries = useQueryClient();
  const { message } = AntApp.useApp();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [moving, setMoving] = useState<{ id: string; to: string } | null>(null);

  async function write(record: RecordData, to: string): Promise<void> {
    if (field.type !== "stage") {
      await changeRecord(view.app.key, entity.key, record.id, { [field.key]: to });
      return;
    }
    const way = { to, field: field.key };
    const dry = await moveRecord<DryRun>(view.app.key, entity.key, record.id, { ...way, dry_run: true });
    if (dry.data.allowed) await moveRecord(view.app.key, entity.key, record.id, way);
    else setAsked({ record, to, dryRun: dry.data });
  }

  async function move(record: RecordData, to: string) {
    if (record[field.key] === to) return;
    setMoving({ id: record.id, to });
    try {
      await write(record, to);
      await queries.invalidateQueries({ queryKey: ["records", view.app.key, entity.key] });
    } catch (error) {
      const why = isProblem(error) ? error.unmet.map((each) => each.message).join("；") : "";
      void message.error(why || problemText(error, t));
    } finally {
      setMoving(null);
    }
  }

  return { move, moving, asked, settle: () => setAsked(null) };
}
