import { ask } from "./http";
import { onceKey } from "./once";
import { recordsPath } from "./records";

/** By entity or target key: what was made or found; null where it was left out. */
export type Converted = Record<string, { id: string; created: boolean } | null>;

/** Convert a record; of `wishes`, false leaves a target out. */
export async function convertRecord(
  app: string,
  entity: string,
  id: string,
  wishes: Record<string, boolean>,
): Promise<Converted> {
  const left = Object.fromEntries(Object.entries(wishes).filter(([, wished]) => !wished));
  return (
    await ask<Converted>(`${recordsPath(app, entity)}/${id}/convert`, {
      method: "POST",
      body: left,
      headers: { "idempotency-key": onceKey() },
    })
  ).data;
}
