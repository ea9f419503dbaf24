/** What somebody typed and has not saved: kept on this device from the first keystroke, until it is saved or dropped. */
export interface Draft {
  values: Record<string, unknown>;
  /** The version of the record that was being changed; absent for a new one. */
  version?: number;
  at: string;
}

const PREFIX = "dougong.draft.";

export const draftKey = (user: string, app: string, entity: string, id = "new"): string =>
  `${PREFIX}${user}.${app}.${entity}.${id}`;

export function readDraft(key: string): Draft | null {
  try {
    const kept = localStorage.getItem(key);
    return kept ? (JSON.parse(kept) as Draft) : null;
  } catch {
    // A draft that another version left in another form is no draft.
    return null;
  }
}

export function keepDraft(key: string, values: Record<string, unknown>, version?: number): void {
  try {
    localStorage.setItem(key, JSON.stringify({ values, version, at: new Date().toISOString() }));
  } catch {
    // A full or closed store keeps nothing; the form itself still holds what was typed.
  }
}

export function dropDraft(key: string): void {
  localStorage.removeItem(key);
}

/** Nobody else on this device shall find what was typed. */
export function dropAllDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}
