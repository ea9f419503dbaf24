import type { ImportJob } from "@/client/imports";

export const STEPS = ["choose", "map", "check", "result"] as const;
export type Step = (typeof STEPS)[number];

const OVER = new Set(["applied", "undone", "cancelled"]);

/** Where somebody who opens a job stands; `mapping` where they want to look at its columns once more. */
export function stepOf(job: Pick<ImportJob, "state" | "goal" | "busy">, mapping: boolean): Step {
  if (OVER.has(job.state) || OVER.has(job.goal)) return "result";
  const isStuck = !job.busy && job.state !== "previewed";
  return mapping || isStuck ? "map" : "check";
}

/** How far a job is on the way to its goal, in percent: to the preview it goes through its rows twice. */
export function percentOf(job: Pick<ImportJob, "state" | "goal" | "progress">): number {
  const { done, total } = job.progress;
  const share = total > 0 ? (done / total) * 100 : 0;
  if (job.goal !== "previewed") return Math.floor(share);
  return Math.floor(share / 2) + (job.state === "checked" ? 50 : 0);
}

/** Rows that were really written: a job that was cancelled before has the counts of its preview. */
export function writtenOf(job: Pick<ImportJob, "state" | "counts">): number {
  const counts = job.state === "undone" ? (job.counts.applied ?? {}) : job.counts;
  if (job.state === "cancelled" && !job.counts.fields) return 0;
  return (counts.new ?? 0) + (counts.changed ?? 0);
}

/** The records that an import made or changed: made or last changed by its owner while it ran. */
export function writtenFilter(job: Pick<ImportJob, "created_at" | "changed_at" | "counts">): string {
  const during = (by: string, at: string) =>
    `${by} == me and ${at} >= "${job.created_at}" and ${at} <= "${job.changed_at}"`;
  const parts = [
    job.counts.new ? during("created_by", "created_at") : "",
    job.counts.changed ? during("updated_by", "updated_at") : "",
  ].filter(Boolean);
  return parts.length > 1 ? parts.map((part) => `(${part})`).join(" or ") : (parts[0] ?? "");
}
