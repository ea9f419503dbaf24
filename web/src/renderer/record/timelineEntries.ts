/** One thing that happened to a record, as the server tells it. */
export interface Entry {
  id: string;
  entry: "change" | "stage" | "event" | "evidence" | "refusal" | string;
  at: string;
  by: { id: string; name: string | null } | null;
  act?: string;
  kind?: string;
  topic?: string | null;
  field?: string;
  stage?: string;
  previous?: string | null;
  reason?: string | null;
  requirement?: string;
  file?: string;
  code?: string;
  count?: number;
  changes?: { field: string; before: unknown; after: unknown }[];
}

/** Entries of one kind that follow each other and say the same, told once. */
export interface Told extends Entry {
  times: number;
}

/**
 * What of the entries is told: a move is told once (its change of the stage field adds nothing), and the same
 * behaviour several times in a row is one line.
 */
export function tell(entries: readonly Entry[], isStage: (field: string) => boolean): Told[] {
  const told: Told[] = [];
  for (const entry of entries) {
    const kept = entry.entry === "change" ? withoutStages(entry, isStage) : entry;
    if (!kept) continue;
    const last = told.at(-1);
    if (last && isSameBehaviour(last, kept)) last.times += 1;
    else told.push({ ...kept, times: 1 });
  }
  return told;
}

function withoutStages(entry: Entry, isStage: (field: string) => boolean): Entry | null {
  if (entry.act === "create") return entry;
  const changes = (entry.changes ?? []).filter((change) => !isStage(change.field));
  return changes.length > 0 ? { ...entry, changes } : null;
}

function isSameBehaviour(one: Entry, other: Entry): boolean {
  return (
    one.entry === "event" &&
    other.entry === "event" &&
    one.kind === other.kind &&
    one.topic === other.topic &&
    one.by?.id === other.by?.id
  );
}
