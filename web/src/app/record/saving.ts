import { useQueryClient } from "@tanstack/react-query";
import { isProblem } from "@/client/problem";
import { changeRecord, type RecordData } from "@/client/records";

/** Somebody else changed the same fields meanwhile. */
export interface Conflict {
  /** The version that they made. */
  version: number;
  /** Their values of the fields that both changed. */
  theirs: Record<string, unknown>;
  mine: Record<string, unknown>;
}

export type Saved = { record: RecordData } | { conflict: Conflict };

/**
 * Change fields of a record that was looked at in `version`. What others changed beside is no conflict: it stays, and
 * the change is made on top of it.
 *
 * @throws ApiProblem for every other refusal.
 */
export async function saveChanges(
  app: string,
  entity: string,
  id: string,
  values: Record<string, unknown>,
  version: number,
  form = "",
): Promise<Saved> {
  try {
    return { record: (await changeRecord(app, entity, id, values, version, form)).data };
  } catch (error) {
    if (!isProblem(error) || error.code !== "stale") throw error;
    const changes = (error.body.changes ?? {}) as Record<string, [unknown, unknown]>;
    const now = Number(error.body.version);
    const theirs = Object.fromEntries(
      Object.entries(changes)
        .filter(([key]) => key in values)
        .map(([key, [, after]]) => [key, after]),
    );
    if (Object.keys(theirs).length > 0) return { conflict: { version: now, theirs, mine: values } };
    if (now <= version) throw error;
    return saveChanges(app, entity, id, values, now, form);
  }
}

/** Lets everything that shows a record or lists with it be read again. */
export function useRefresh(app: string, entity: string) {
  const queries = useQueryClient();
  return async (id: string) => {
    void queries.invalidateQueries({ queryKey: ["records", app] });
    await queries.invalidateQueries({ queryKey: ["record", app, entity, id] });
  };
}
