import { Decimal } from "./decimal";

/** A calendar day, counted from 1970-01-01. */
export class Day {
  readonly number: number;

  constructor(number: number) {
    this.number = number;
  }
}

/** A moment, in microseconds since 1970 UTC. */
export class Moment {
  readonly micros: bigint;

  constructor(micros: bigint) {
    this.micros = micros;
  }
}

/** A length of time, in microseconds. */
export class Span {
  readonly micros: bigint;

  constructor(micros: bigint) {
    this.micros = micros;
  }
}

/** Structured data: of it one only asks whether it is there. */
export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

export type Value = string | boolean | null | Decimal | Day | Moment | Span | Json | readonly Value[];

/** Something that only the server can decide: a function or a name that is not known here. */
export class Unknown extends Error {}

/** Their order, both of one kind. */
export function compare(left: Value, right: Value): number {
  if (left instanceof Decimal && right instanceof Decimal) return left.compare(right);
  if (typeof left === "string" && typeof right === "string") return compareTexts(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  if (left instanceof Day && right instanceof Day) return left.number - right.number;
  if (
    (left instanceof Moment && right instanceof Moment) ||
    (left instanceof Span && right instanceof Span)
  ) {
    return left.micros < right.micros ? -1 : left.micros > right.micros ? 1 : 0;
  }
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

/** White space as the language sees it. */
const BLANK = /^[ \t\n\r\u00a0\u3000]*$/;

/** Null, a text without any visible character, or an empty list. */
export function isBlank(value: Value): boolean {
  if (typeof value === "string") return BLANK.test(value);
  if (value instanceof Json) return value.value === null;
  return value === null || (Array.isArray(value) && value.length === 0);
}
