import { ask } from "./http";
import { onceKey } from "./once";

/** Tell that something happened around a record; told twice under one id it counts once. */
export async function recordEvent(app: string, kind: string, entity: string, id: string): Promise<void> {
  await ask(`/apps/${app}/events`, {
    method: "POST",
    body: { kind, entity, record_id: id, id: onceKey() },
  });
}
