import { useQueryClient } from "@tanstack/react-query";
import { App as AntApp } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/client/problem";
import { changeRecord, moveRecord, type RecordData } from "@/client/records";
import type { EntityMeta, FieldMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import type { DryRun } from "../record/MoveDialog";

/** A card on its way; it already stands where it is going. */
export interface Moving {
  record: RecordData;
  to: string;
}

/** A card whose gate asks for something first. */
export interface Asked extends Moving {
  dryRun: DryRun;
}

/** Moves cards: the gate is asked first; what it lets pass is written at once, else its dialog opens. */
export function useMoving(entity: EntityMeta, field: FieldMeta) {
  const { t } = useTranslation();
  const app = useAppView().app.key;
  const queries = useQueryClient();
  const { message } = AntApp.useApp();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [moving, setMoving] = useState<Moving | null>(null);
  const move = useCallback(
    async (record: RecordData, to: string) => {
      if (record[field.key] === to) return;
      setMoving({ record, to });
      try {
        const dryRun = await write(app, entity.key, field, record, to);
        if (dryRun) setAsked({ record, to, dryRun });
        else await queries.invalidateQueries({ queryKey: ["records", app, entity.key] });
      } catch (error) {
        const why = isProblem(error) ? error.unmet.map((each) => each.message).join("；") : "";
        void message.error(why || problemText(error, t));
      } finally {
        setMoving(null);
      }
    },
    [app, entity.key, field, queries, message, t],
  );
  return { move, moving, asked, settle: () => setAsked(null) };
}

/** Write the move; what its gate asks for, where it is closed and nothing was written. */
async function write(
  app: string,
  entity: string,
  field: FieldMeta,
  record: RecordData,
  to: string,
): Promise<DryRun | null> {
  if (field.type !== "stage") {
    await changeRecord(app, entity, record.id, { [field.key]: to });
    return null;
  }
  const way = { to, field: field.key };
  const dry = (await moveRecord<DryRun>(app, entity, record.id, { ...way, dry_run: true })).data;
  if (!dry.allowed) return dry;
  await moveRecord(app, entity, record.id, way);
  return null;
}
