import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { printDay, printMoment } from "./calendar";
import { Decimal } from "./decimal";
import { evaluate, isKnown, type Lookup, type Tree, type Value } from "./evaluate";
import { Day, Json, Moment, Span } from "./values";

interface Case {
  id: string;
  text: string;
  entity: string | null;
  record: string | null;
  actor: boolean;
  moment: string | null;
  zone: string | null;
  tree: Tree;
  value: Tree;
}

interface Corpus {
  clock: { moment: string; zone: string };
  actor: Record<string, Tree>;
  records: Record<string, Record<string, Record<string, Tree>>>;
  cases: Case[];
}

/** The cases that every engine must agree with, with the trees that a server sends (`tests/conformance`). */
const corpus: Corpus = JSON.parse(
  execFileSync("python", ["-m", "tests.conformance.plain"], {
    cwd: "..",
    encoding: "utf8",
    maxBuffer: 64_000_000,
  }),
);

const nothing: Lookup = { name: () => undefined };

/** A value that stands for itself. */
function given(tree: Tree | undefined): Value | undefined {
  if (tree?.[0] === "json") return new Json(tree[1]);
  return tree && evaluate(tree, nothing);
}

function lookupOf(each: Case): Lookup {
  const record = each.entity && each.record ? corpus.records[each.entity]?.[each.record] : undefined;
  const now = given(["instant", each.moment ?? corpus.clock.moment]);
  if (!(now instanceof Moment)) throw new Error(`${each.id} has no moment`);
  return {
    name: (parts) => (parts.length === 1 ? given(record?.[parts[0] ?? ""]) : undefined),
    actor: (word) => (each.actor ? given(corpus.actor[word]) : undefined),
    clock: { now, zone: each.zone ?? corpus.clock.zone },
  };
}

/** A value with its kind and all its digits, as text. */
function shown(value: Value | undefined): string {
  if (value instanceof Decimal) return `number ${value}`;
  if (value instanceof Day) return `date ${printDay(value)}`;
  if (value instanceof Moment) return `instant ${printMoment(value)}`;
  if (value instanceof Span) return `duration ${value.micros}`;
  if (Array.isArray(value)) return `list ${value.map(shown).join(", ")}`;
  return value === undefined ? "the server's" : JSON.stringify(value);
}

/** Whether a tree names what lies behind a relation. */
const leads = (tree: Tree): boolean =>
  (tree[0] === "name" && tree.length > 2) || tree.some((part) => Array.isArray(part) && leads(part));

test("the browser agrees with every engine, or leaves it to the server", () => {
  const wrong: string[] = [];
  const counts = { run: 0, decided: 0, left: 0 };
  for (const each of corpus.cases) {
    const found = shown(evaluate(each.tree, lookupOf(each)));
    const expected = shown(given(each.value));
    const isOurs = isKnown(each.tree) && !leads(each.tree);
    if (isOurs) counts.run++;
    else counts[found === shown(undefined) ? "left" : "decided"]++;
    if (found !== expected && (isOurs || found !== shown(undefined)))
      wrong.push(`${each.id}: ${each.text} is ${expected}, not ${found}`);
  }
  process.stdout.write(
    `${corpus.cases.length} cases with a value: run ${counts.run}, left to the server ${counts.left}, ` +
      `decided without what the server knows ${counts.decided}\n`,
  );
  expect(wrong).toEqual([]);
  expect(counts.run).toBeGreaterThan(corpus.cases.length / 2);
});
