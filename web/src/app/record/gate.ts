import type { StoredFile } from "@/client/files";
import type { Unmet } from "@/client/problem";
import type { PipelineMeta } from "@/metadata/app";
import { isBlank } from "@/renderer/form/conditions";

/** What somebody gave to meet a gate. */
export interface Collected {
  values: Record<string, unknown>;
  evidence: Record<string, StoredFile[]>;
}

/** What nobody can meet by giving something here: there is no such way, it is for other roles, or there is no room. */
const BARS = new Set(["way", "role", "frozen", "capacity"]);

export const isBar = (unmet: Unmet): boolean => BARS.has(unmet.kind);

/** What the gate asked for at first, and what a refused write found missing beside it. */
export function joined(first: readonly Unmet[], refused: readonly Unmet[]): Unmet[] {
  const known = new Set(refused.map(nameOf));
  return [...first.filter((each) => !known.has(nameOf(each))), ...refused];
}

export const nameOf = (unmet: Unmet): string => `${unmet.kind}:${unmet.key}`;

/** The field in which what is missing is filled in; null where it is no field. */
export function fieldOf(pipeline: PipelineMeta, unmet: Unmet): string | null {
  if (unmet.kind === "field") return unmet.key || null;
  if (unmet.kind !== "person") return null;
  const asked = [...pipeline.stages, ...pipeline.transitions].flatMap((part) => part.gate?.people ?? []);
  return asked.find((each) => each.key === unmet.key)?.field ?? null;
}

/** How many files are asked for, and of which types. */
export function evidenceNeed(unmet: Unmet): { count: number; accept: string[] } {
  const needed = (unmet.needed ?? {}) as { count?: number; accept?: string[] };
  return { count: needed.count ?? 1, accept: needed.accept ?? [] };
}

/** Whether pictures shown for a requirement get a mark. */
export function isWatermarked(pipeline: PipelineMeta, key: string): boolean {
  return [...pipeline.stages, ...pipeline.transitions].some((part) =>
    part.gate?.evidence.some((each) => each.key === key && each.watermark),
  );
}

/** Whether something was given for it; whether it is enough, the server says. */
export function isGiven(pipeline: PipelineMeta, unmet: Unmet, collected: Collected): boolean {
  if (unmet.kind === "evidence") {
    const seen = (unmet.seen as { count?: number } | undefined)?.count ?? 0;
    return (collected.evidence[unmet.key]?.length ?? 0) + seen >= evidenceNeed(unmet).count;
  }
  const field = fieldOf(pipeline, unmet);
  return field !== null && !isBlank(collected.values[field]);
}
