import { MICROS_PER_DAY, momentAt, parseDay, parseMoment } from "./calendar";
import { Decimal } from "./decimal";
import { type Clock, LOOSE, STRICT } from "./functions";
import { compare, Day, Moment, Span, Unknown, type Value } from "./values";

export type { Value } from "./values";

/** A checked tree as the server sends it: a list that begins with what it is (`expressions/plain.py`). */
export type Tree = readonly unknown[];

/** What names mean; undefined where this page does not know it. */
export interface Lookup {
  /** A field of the record, or of one that it refers to. */
  name: (parts: readonly string[]) => Value | undefined;
  input?: (key: string) => Value | undefined;
  actor?: (word: string) => Value | undefined;
  clock?: Clock;
}

/** What a tree says of a record; undefined where only the server knows. Null is neither true nor false. */
export function evaluate(tree: Tree, lookup: Lookup): Value | undefined {
  try {
    return meaningOf(tree, lookup);
  } catch (error) {
    if (error instanceof Unknown) return undefined;
    throw error;
  }
}

/** Whether a condition is met; null is not met, and `otherwise` stands where only the server knows. */
export function holds(tree: Tree, lookup: Lookup, otherwise: boolean): boolean {
  const value = evaluate(tree, lookup);
  return value === undefined ? otherwise : value === true;
}

const LAZY = new Set(["IF", "IFS", "SWITCH", "COALESCE"]);

/** Whether everything that a tree calls is known here; its names may still be the server's. */
export function isKnown(tree: Tree): boolean {
  const [kind, ...rest] = tree as [string, ...unknown[]];
  if (kind === "server") return false;
  if (kind === "call") {
    const name = rest[0] as string;
    if (!LAZY.has(name) && !(name in STRICT) && !(name in LOOSE)) return false;
  }
  return rest.every((part) => !Array.isArray(part) || isKnown(part));
}

function meaningOf(tree: Tree, lookup: Lookup): Value {
  const [kind, ...rest] = tree as [string, ...unknown[]];
  const part = (index: number) => meaningOf(rest[index] as Tree, lookup);
  switch (kind) {
    case "value":
      return rest[0] as Value;
    case "number":
      return Decimal.of(rest[0] as string);
    case "date":
      return parseDay(rest[0] as string);
    case "instant":
      return parseMoment(rest[0] as string);
    case "duration":
      return new Span(BigInt(rest[0] as string));
    case "name":
      return known(lookup.name(rest as string[]));
    case "input":
      return known(lookup.input?.(rest[0] as string));
    case "actor":
      return known(lookup.actor?.(rest[0] as string));
    case "list":
      return rest.map((_, index) => part(index));
    case "scale":
      return number(part(1), (value) => value.atLeast(rest[0] as number));
    case "and":
    case "or":
      return connected(kind, rest as Tree[], lookup);
    case "not":
      return negated(part(0));
    case "minus":
      return number(part(0), (value) => value.negated());
    case "call":
      return called(rest[0] as string, rest.slice(1) as Tree[], lookup);
    case "server":
      throw new Unknown();
    default:
      return operated(kind, part(0), part(1));
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Unknown();
  return value;
}

/**
 * Kleene: false decides an "and", true an "or", whatever the others are, those that only the server knows among them;
 * else null spreads.
 */
function connected(kind: "and" | "or", items: Tree[], lookup: Lookup): Value {
  const decisive = kind === "or";
  const values = items.map((item) => evaluate(item, lookup));
  if (values.includes(decisive)) return decisive;
  if (values.includes(undefined)) throw new Unknown();
  return values.includes(null) ? null : !decisive;
}

const negated = (value: Value): Value => (value === null ? null : !value);

function number(value: Value, then: (value: Decimal) => Value): Value {
  if (value === null) return null;
  if (!(value instanceof Decimal)) throw new Unknown();
  return then(value);
}

function operated(operator: string, left: Value, right: Value): Value {
  if (operator === "in") return member(left, right);
  if (operator === "not in") return negated(member(left, right));
  if (left === null || right === null) return null;
  switch (operator) {
    case "==":
      return compare(left, right) === 0;
    case "!=":
      return compare(left, right) !== 0;
    case "<":
      return compare(left, right) < 0;
    case "<=":
      return compare(left, right) <= 0;
    case ">":
      return compare(left, right) > 0;
    case ">=":
      return compare(left, right) >= 0;
    case "+":
      return sum(left, right, 1n);
    case "-":
      return sum(left, right, -1n);
    case "*":
      return number(left, (one) => number(right, (other) => one.times(other)));
    case "/":
      return number(left, (one) => number(right, (other) => one.over(other)));
    default:
      throw new Unknown();
  }
}

/** The longest length of time either way; what is longer is null. */
const LONGEST = 3_660_000n * MICROS_PER_DAY;

/** `left + sign * right`, of numbers, days, moments and lengths of time. */
function sum(left: Value, right: Value, sign: 1n | -1n): Value {
  if (left instanceof Day && right instanceof Day) return Decimal.whole(left.number - right.number);
  if (left instanceof Moment && right instanceof Moment) return new Span(left.micros - right.micros);
  if (left instanceof Moment && right instanceof Span) return momentAt(left.micros + sign * right.micros);
  if (left instanceof Span && right instanceof Span) {
    const total = left.micros + sign * right.micros;
    return total > LONGEST || total < -LONGEST ? null : new Span(total);
  }
  return number(left, (one) => number(right, (other) => one.plus(sign === 1n ? other : other.negated())));
}

/** Null among the items leaves open whether a value that was not found is one of them. */
function member(value: Value, items: Value): Value {
  if (value === null || items === null) return null;
  if (!Array.isArray(items)) throw new Unknown();
  if (items.some((item) => item !== null && compare(value, item) === 0)) return true;
  return items.includes(null) ? null : false;
}

function called(name: string, args: Tree[], lookup: Lookup): Value {
  if (LAZY.has(name)) return chosen(name, args, lookup);
  const [strict, loose] = [STRICT[name], LOOSE[name]];
  if (!strict && !loose) throw new Unknown();
  const values = args.map((arg) => meaningOf(arg, lookup));
  const clock = () => known(lookup.clock);
  if (strict) return values.includes(null) ? null : strict(values, clock);
  return loose ? loose(values, clock) : null;
}

/** Choices: what is not chosen is not looked at. */
function chosen(name: string, args: Tree[], lookup: Lookup): Value {
  const value = (index: number): Value => meaningOf(known(args[index]), lookup);
  const last = args.length - 1;
  if (name === "COALESCE") {
    for (const arg of args) {
      const found = meaningOf(arg, lookup);
      if (found !== null) return found;
    }
    return null;
  }
  if (name === "SWITCH") {
    const given = value(0);
    for (let index = 1; index < last; index += 2) {
      const other = value(index);
      if (given !== null && other !== null && compare(given, other) === 0) return value(index + 1);
    }
    return value(last);
  }
  for (let index = 0; index < last; index += 2) if (value(index) === true) return value(index + 1);
  return value(last);
}
