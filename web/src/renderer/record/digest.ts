import type { Entry } from "./timelineEntries";

export interface Digest {
  /** How often each kind of behaviour happened in the last days, the most frequent first. */
  kinds: { kind: string; count: number }[];
  /** Whether more may have happened in these days than was looked at. */
  atLeast: boolean;
  /** The newest thing that somebody of ours did. */
  touched: Entry | null;
  /** The newest behaviour, however long ago. */
  last: Entry | null;
}

export const DIGEST_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

/**
 * What happened lately in a few figures, of the newest entries of a timeline.
 *
 * @param entries newest first.
 * @param isAll whether there are no older ones.
 */
export function digestOf(entries: readonly Entry[], isAll: boolean, now: Date): Digest {
  const since = now.getTime() - DIGEST_DAYS * DAY;
  const isRecent = (entry: Entry) => new Date(entry.at).getTime() >= since;
  const counts = new Map<string, number>();
  for (const entry of entries) {
    if (entry.entry !== "event" || !entry.kind || !isRecent(entry)) continue;
    counts.set(entry.kind, (counts.get(entry.kind) ?? 0) + 1);
  }
  const oldest = entries.at(-1);
  return {
    kinds: [...counts]
      .map(([kind, count]) => ({ kind, count }))
      .sort((one, other) => other.count - one.count),
    atLeast: !isAll && oldest !== undefined && isRecent(oldest),
    touched: entries.find((entry) => entry.by !== null && entry.entry !== "refusal") ?? null,
    last: entries.find((entry) => entry.entry === "event") ?? null,
  };
}
