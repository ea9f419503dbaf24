import type { ImportAsked, ImportSource, ImportTarget } from "@/client/imports";

/** A column of the file with the first of its values. */
export interface Column {
  name: string;
  samples: string[];
}

/** By column, the key of the target that it goes into. */
export type Chosen = Record<string, string>;

const PATTERNS: Record<string, RegExp> = {
  phone: /^(\+?86[- ]?)?(1\d{10}|0\d{2,3}[- ]?\d{7,8})$/,
  email: /^[^@\s]+@[^@\s]+\.[^@\s]+$/,
};
/** Of the values of a column, how many must look like the type; below which likeness of names a guess is none. */
const MOST = 0.6;
const ENOUGH = 0.4;

const plain = (text: string): string => text.toLowerCase().replace(/[\s_\-()（）:：*]/g, "");

/** How alike two names are: the share of the longer one that the shorter one is, where it is a part of it. */
function likeness(one: string, other: string): number {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length > 1 && long.includes(short) ? short.length / long.length : 0;
}

/** What a target takes, as far as a guess looks at it. */
export interface Kind {
  type: string;
  /** What its options are called, in any language, and their keys. */
  words: string[];
}

function looksLike(column: Column, kind: Kind | undefined): boolean {
  const pattern = PATTERNS[kind?.type ?? ""];
  const words = new Set(kind?.words.map(plain));
  const values = column.samples.map((each) => each.trim()).filter(Boolean);
  const fits = values.filter((each) => pattern?.test(each) || words.has(plain(each)));
  return values.length > 0 && fits.length / values.length >= MOST;
}

/**
 * What columns without a target probably mean: their names are parts of one another, or their values look like what
 * only one kind of field holds. Each target is guessed once, the best guess first.
 */
export function guess(
  columns: readonly Column[],
  chosen: Chosen,
  targets: readonly ImportTarget[],
  kindOf: (target: ImportTarget) => Kind | undefined,
): Chosen {
  const taken = new Set(Object.values(chosen));
  const open = columns.filter((column) => !(column.name in chosen));
  const free = targets.filter((target) => target.part !== "id" && !taken.has(target.key));
  const pairs = open.flatMap((column) =>
    free.map((target) => {
      const names = Object.values(target.label).map((label) => likeness(plain(column.name), plain(label)));
      // What the system keeps is never guessed from a part of its name: an import would set it for good.
      const least = target.part === "field" ? 0 : 1;
      const score =
        Math.max(0, ...names.filter((name) => name >= least)) + (looksLike(column, kindOf(target)) ? 1 : 0);
      return { column: column.name, target: target.key, score };
    }),
  );
  pairs.sort((one, other) => other.score - one.score);
  const found: Chosen = {};
  for (const pair of pairs) {
    if (pair.score < ENOUGH || pair.column in found || taken.has(pair.target)) continue;
    found[pair.column] = pair.target;
    taken.add(pair.target);
  }
  return found;
}

/** The choice without what is no target any more. */
export function keptOf(chosen: Chosen, targets: readonly ImportTarget[]): Chosen {
  const known = new Set(targets.map((target) => target.key));
  return Object.fromEntries(Object.entries(chosen).filter(([, target]) => known.has(target)));
}

export function chosenOf(asked: ImportAsked): Chosen {
  const chosen: Chosen = {};
  for (const [target, source] of Object.entries(asked.mapping.fields)) {
    if (source.column !== undefined) chosen[source.column] = target;
  }
  return chosen;
}

/** What a job is asked for by this choice; constants and expressions that it had stay, where nothing took their place. */
export function askedOf(
  before: ImportAsked,
  chosen: Chosen,
  more: Omit<ImportAsked, "mapping">,
): ImportAsked {
  const fields: Record<string, ImportSource> = {};
  for (const [target, source] of Object.entries(before.mapping.fields)) {
    if (source.column === undefined) fields[target] = source;
  }
  for (const [column, target] of Object.entries(chosen)) fields[target] = { column };
  return { ...more, mapping: { fields, columns: before.mapping.columns } };
}

/** Whether two wishes are the same, so that what was checked need not be checked again. */
export function isSame(one: ImportAsked, other: ImportAsked): boolean {
  const text = ({ mapping, match, mode, clears }: ImportAsked) =>
    JSON.stringify([
      Object.entries(mapping.fields).sort(([a], [b]) => a.localeCompare(b)),
      match,
      mode,
      clears,
    ]);
  return text(one) === text(other);
}

/** What a new record cannot be without and no column brings. */
export function missingOf(targets: readonly ImportTarget[], asked: ImportAsked): ImportTarget[] {
  return targets.filter((target) => target.required && !(target.key in asked.mapping.fields));
}
