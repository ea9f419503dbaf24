import {
  addMonths,
  civilOf,
  dayAt,
  dayOf,
  daysIn,
  localOf,
  MICROS_PER_DAY,
  momentAt,
  monthsBetween,
  printDay,
  weekdayOf,
} from "./calendar";
import { Decimal, type Rounding } from "./decimal";
import { compare, Day, isBlank, Moment, Unknown, type Value } from "./values";

/** The moment, and the zone in which days begin and end. */
export interface Clock {
  now: Moment;
  zone: string;
}

/** Of values that are there; a clock where it must be asked for. */
type Plain = (args: Value[], clock: () => Clock) => Value;

const number = (value: Value | undefined): Decimal => {
  if (value instanceof Decimal) return value;
  throw new Unknown();
};
const text = (value: Value | undefined): string => {
  if (typeof value === "string") return value;
  throw new Unknown();
};
const day = (value: Value | undefined): Day => {
  if (value instanceof Day) return value;
  throw new Unknown();
};
const moment = (value: Value | undefined): Moment => {
  if (value instanceof Moment) return value;
  throw new Unknown();
};

/** A count of characters, of days: beyond what JavaScript counts exactly nothing else is asked of it. */
const count = (value: Value | undefined): number => {
  const given = number(value).units;
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(given > most ? most : given < -most ? -most : given);
};

const whole = (value: number): Decimal => Decimal.whole(value);

const rounded =
  (mode: Rounding): Plain =>
  ([x, places]) =>
    number(x).rounded(count(places), mode);

const extreme =
  (sign: number): Plain =>
  (items) =>
    items.reduce((best, item) => (sign * compare(item, best) > 0 ? item : best));

const BLOCKS: readonly (readonly [number, number])[] = [
  [0x41, 0x180],
  [0x370, 0x530],
  [0xff21, 0xff5b],
];

/** One character to one, of the letters that the language maps; others stay. */
const mapped =
  (change: (letter: string) => string): Plain =>
  ([given]) =>
    Array.from(text(given), (letter) => {
      const code = letter.codePointAt(0) ?? 0;
      if (!BLOCKS.some(([start, end]) => code >= start && code < end)) return letter;
      const other = change(letter);
      return Array.from(other).length === 1 ? other : letter;
    }).join("");

const SPACE = "[ \\t\\n\\r\\u00a0\\u3000]+";
const ENDS = new RegExp(`^${SPACE}|${SPACE}$`, "g");

/** A value as `CONCAT` writes it. */
function printed(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Day) return printDay(value);
  throw new Unknown();
}

const MONTHS: Record<string, number> = { month: 1, quarter: 3, year: 12 };
const DAYS: Record<string, number> = { day: 1, week: 7 };
const SPANS: Record<string, bigint> = {
  minute: 60_000_000n,
  hour: 3_600_000_000n,
  day: MICROS_PER_DAY,
  week: 7n * MICROS_PER_DAY,
};

function known<T>(table: Record<string, T>, unit: Value | undefined): T {
  const found = table[text(unit)];
  if (found === undefined) throw new Unknown();
  return found;
}

/** The day itself, or the local one of a moment; null where that lies outside the calendar. */
function localDay(x: Value | undefined, clock: () => Clock): Day | null {
  return x instanceof Moment ? (localOf(x, clock().zone)?.day ?? null) : day(x);
}

/** A number of a day, or of the local day of a moment. */
const partOf =
  (take: (day: Day) => number): Plain =>
  ([x], clock) => {
    const found = localDay(x, clock);
    return found && whole(take(found));
  };

const startOf = (given: Day, unit: string): Day | null => {
  const { year, month } = civilOf(given);
  if (unit === "week") return dayAt(given.number + 1 - weekdayOf(given));
  const first = unit === "year" ? 1 : unit === "quarter" ? Math.floor((month - 1) / 3) * 3 + 1 : month;
  return dayOf({ year, month: first, day: 1 });
};

const endOf = (given: Day, unit: string): Day | null => {
  const { year, month } = civilOf(given);
  if (unit === "week") return dayAt(given.number + 7 - weekdayOf(given));
  const last = unit === "year" ? 12 : unit === "quarter" ? Math.floor((month + 2) / 3) * 3 : month;
  return dayOf({ year, month: last, day: daysIn(year, last) });
};

const period =
  (edge: (day: Day, unit: string) => Day | null): Plain =>
  ([x, unit], clock) => {
    const found = localDay(x, clock);
    return found && edge(found, text(unit));
  };

function moved([x, n, unit]: Value[]): Value {
  if (x instanceof Moment) return momentAt(x.micros + number(n).units * known(SPANS, unit));
  const months = MONTHS[text(unit)];
  if (months !== undefined) return addMonths(day(x), count(n) * months);
  return dayAt(day(x).number + count(n) * known(DAYS, unit));
}

function difference([from, to, unit]: Value[]): Value {
  if (from instanceof Moment) return Decimal.whole((moment(to).micros - from.micros) / known(SPANS, unit));
  const months = MONTHS[text(unit)];
  if (months !== undefined) return whole(Math.trunc(monthsBetween(day(from), day(to)) / months));
  return whole(Math.trunc((day(to).number - day(from).number) / known(DAYS, unit)));
}

/** Functions that answer null where any of their values is null. */
export const STRICT: Record<string, Plain> = {
  ABS: ([x]) => number(x).absolute(),
  ROUND: rounded("half"),
  ROUNDUP: rounded("up"),
  ROUNDDOWN: rounded("down"),
  FLOOR: ([x]) => number(x).floor(),
  CEIL: ([x]) => number(x).negated().floor().negated(),
  MOD: ([a, b]) => number(a).modulo(number(b)),
  MIN: extreme(-1),
  MAX: extreme(1),
  LEN: ([t]) => whole(Array.from(text(t)).length),
  LOWER: mapped((letter) => (letter === "\u0130" ? "i" : letter.toLowerCase())),
  UPPER: mapped((letter) => letter.toUpperCase()),
  TRIM: ([t]) => text(t).replace(ENDS, ""),
  LEFT: ([t, n]) => (count(n) < 0 ? null : Array.from(text(t)).slice(0, count(n)).join("")),
  RIGHT: ([t, n]) => {
    const letters = Array.from(text(t));
    return count(n) < 0 ? null : letters.slice(Math.max(letters.length - count(n), 0)).join("");
  },
  MID: ([t, start, n]) => {
    const first = count(start) - 1;
    return first < 0 || count(n) < 0
      ? null
      : Array.from(text(t))
          .slice(first, first + count(n))
          .join("");
  },
  CONTAINS: ([t, part]) => text(t).includes(text(part)),
  STARTSWITH: ([t, part]) => text(t).startsWith(text(part)),
  ENDSWITH: ([t, part]) => text(t).endsWith(text(part)),
  REPLACE: ([t, old, by]) => (text(old) === "" ? text(t) : text(t).split(text(old)).join(text(by))),
  TODAY: (_, clock) => localDay(clock().now, clock),
  NOW: (_, clock) => clock().now,
  DATE: (args, clock) =>
    args.length === 1
      ? localDay(moment(args[0]), clock)
      : dayOf({ year: count(args[0]), month: count(args[1]), day: count(args[2]) }),
  YEAR: partOf((x) => civilOf(x).year),
  QUARTER: partOf((x) => Math.floor((civilOf(x).month + 2) / 3)),
  MONTH: partOf((x) => civilOf(x).month),
  DAY: partOf((x) => civilOf(x).day),
  WEEKDAY: partOf(weekdayOf),
  HOUR: ([x], clock) => {
    const here = localOf(moment(x), clock().zone);
    return here && whole(here.hour);
  },
  DATEADD: moved,
  DATEDIFF: difference,
  STARTOF: period(startOf),
  ENDOF: period(endOf),
};

/** Functions that say themselves what null means to them. */
export const LOOSE: Record<string, Plain> = {
  ISBLANK: ([x]) => isBlank(x ?? null),
  CONCAT: (items) => items.map(printed).join(""),
  COMPLETENESS: (items) => whole(items.filter((item) => !isBlank(item)).length).over(whole(items.length)),
  BETWEEN: ([x = null, low = null, high = null]) => {
    const above = x === null || low === null ? null : compare(x, low) >= 0;
    const below = x === null || high === null ? null : compare(x, high) <= 0;
    if (above === false || below === false) return false;
    return above === null || below === null ? null : true;
  },
};
