import { Decimal } from "./decimal";

/** A syntax tree as the server sends it: a list that begins with what it is (`expressions/plain.py`). */
export type Tree = readonly unknown[];

export type Value = string | boolean | null | Decimal | readonly Value[];

/** The value of a name; undefined where this page does not know it. */
export type Lookup = (parts: readonly string[]) => Value | undefined;

/** Something that only the server can decide: a function or a name that is not known here. */
class Unknown extends Error {}

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

function meaningOf(tree: Tree, lookup: Lookup): Value {
  const [kind, ...rest] = tree as [string, ...unknown[]];
  const part = (index: number) => meaningOf(rest[index] as Tree, lookup);
  switch (kind) {
    case "value":
      return typeof rest[0] === "number" ? Decimal.of(rest[0]) : (rest[0] as Value);
    case "decimal":
      return Decimal.of(rest[0] as string);
    case "name":
      return known(lookup(rest as string[]));
    case "list":
      return rest.map((_, index) => part(index));
    case "and":
    case "or":
      return connected(kind, rest as Tree[], lookup);
    case "not":
      return negated(part(0));
    case "minus":
      return number(part(0), (value) => value.negated());
    case "call":
      return called(rest[0] as string, rest.slice(1) as Tree[], lookup);
    default:
      return operated(kind, part(0), part(1));
  }
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Unknown();
  return value;
}

/** Kleene: false decides an "and", true an "or", whatever the others are; else null spreads. */
function connected(kind: "and" | "or", items: Tree[], lookup: Lookup): Value {
  const decisive = kind === "or";
  let result: Value = !decisive;
  for (const item of items) {
    const value = meaningOf(item, lookup);
    if (value === decisive) return decisive;
    if (value === null) result = null;
  }
  return result;
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
      return number(left, (one) => number(right, (other) => one.plus(other)));
    case "-":
      return number(left, (one) => number(right, (other) => one.plus(other.negated())));
    case "*":
      return number(left, (one) => number(right, (other) => one.times(other)));
    default:
      throw new Unknown();
  }
}

/** Null among the items leaves open whether a value that was not found is one of them. */
function member(value: Value, items: Value): Value {
  if (value === null || items === null) return null;
  if (!Array.isArray(items)) throw new Unknown();
  if (items.some((item) => item !== null && compare(value, item) === 0)) return true;
  return items.includes(null) ? null : false;
}

function compare(left: Value, right: Value): number {
  if (left instanceof Decimal && right instanceof Decimal) return left.compare(right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
  throw new Unknown();
}

/** By code points, as every engine does; JavaScript's own order is by UTF-16 units. */
function compareTexts(left: string, right: string): number {
  const [one, other] = [Array.from(left), Array.from(right)];
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const difference = (one[index]?.codePointAt(0) ?? 0) - (other[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function called(name: string, args: Tree[], lookup: Lookup): Value {
  const value = (index: number): Value => {
    const arg = args[index];
    if (!arg) throw new Unknown();
    return meaningOf(arg, lookup);
  };
  switch (name) {
    case "ISBLANK": {
      const given = value(0);
      return given === null || (typeof given === "string" ? BLANK.test(given) : isEmptyList(given));
    }
    case "IF":
      return value(0) === true ? value(1) : value(2);
    case "COALESCE": {
      for (const arg of args) {
        const found = meaningOf(arg, lookup);
        if (found !== null) return found;
      }
      return null;
    }
    default:
      throw new Unknown();
  }
}

/** White space as the language sees it. */
const BLANK = /^[ \t\n\r\u00a0\u3000]*$/;
const isEmptyList = (value: Value): boolean => Array.isArray(value) && value.length === 0;
