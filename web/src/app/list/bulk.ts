import type { BulkResult } from "@/client/bulk";

/** A record that was left as it was, and why. */
export interface Left {
  id: string;
  why: string;
}

/** How many were changed, and those that were refused with the server's reason. */
export function sortResults(
  ids: readonly string[],
  results: readonly BulkResult[],
): { done: number; left: Left[] } {
  const left = results.flatMap((result) => {
    const id = ids[result.index];
    if (id === undefined || result.status < 400) return [];
    return [{ id, why: reasonOf(result) }];
  });
  return { done: results.length - left.length, left };
}

function reasonOf(result: BulkResult): string {
  const error = result.error;
  const said = [...(error?.unmet ?? []), ...(error?.errors ?? [])].map((each) => each.message);
  return said.length > 0 ? said.join("；") : (error?.detail ?? String(result.status));
}
