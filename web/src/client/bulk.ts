import { ask } from "./http";
import { onceKey } from "./once";
import type { ProblemBody } from "./problem";
import { recordsPath } from "./records";

/** What became of a row. */
export interface BulkResult {
  index: number;
  status: number;
  id?: string | null;
  error?: ProblemBody | null;
}

/** Rows of one request. */
const MOST = 1_000;

/** Write the same values into many records; each row by itself, a refused one stays as it is. */
export async function changeMany(
  app: string,
  entity: string,
  ids: readonly string[],
  values: object,
): Promise<BulkResult[]> {
  const results: BulkResult[] = [];
  for (let start = 0; start < ids.length; start += MOST) {
    const update = ids.slice(start, start + MOST).map((id) => ({ id, ...values }));
    const answer = await ask<{ results: BulkResult[] }>(`${recordsPath(app, entity)}/bulk`, {
      method: "POST",
      body: { update, atomic: false },
      headers: { "idempotency-key": onceKey() },
    });
    results.push(...answer.data.results.map((each) => ({ ...each, index: each.index + start })));
  }
  return results;
}
