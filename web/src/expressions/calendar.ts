import { Day, Moment } from "./values";

/** Year, month and day of the Gregorian calendar, whatever the year. */
export interface Civil {
  year: number;
  month: number;
  day: number;
}

export const MICROS_PER_DAY = 86_400_000_000n;
const YEARS = [1, 9999] as const;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

export function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days from 1970-01-01; eras of 400 years that begin in March make every month's start a plain sum. */
function numberOf({ year, month, day }: Civil): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}

export function civilOf(given: Day): Civil {
  const shifted = given.number + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return {
    year: year + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

const [FIRST, LAST] = [
  numberOf({ year: YEARS[0], month: 1, day: 1 }),
  numberOf({ year: YEARS[1], month: 12, day: 31 }),
];

/** The day, or null where there is no such one in the years 1 to 9999. */
export function dayOf(civil: Civil): Day | null {
  const { year, month, day } = civil;
  const isThere =
    year >= YEARS[0] &&
    year <= YEARS[1] &&
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= daysIn(year, month);
  return isThere ? new Day(numberOf(civil)) : null;
}

export const dayAt = (number: number): Day | null =>
  number >= FIRST && number <= LAST ? new Day(number) : null;

/** The moment, or null outside the years 1 to 9999. */
export function momentAt(micros: bigint): Moment | null {
  const day = Number(floorDivided(micros, MICROS_PER_DAY));
  return dayAt(day) === null ? null : new Moment(micros);
}

export function floorDivided(value: bigint, by: bigint): bigint {
  const whole = value / by;
  return value < 0n && whole * by !== value ? whole - 1n : whole;
}

/** Moved by months, its day clamped to the month's end. */
export function addMonths(day: Day, months: number): Day | null {
  const civil = civilOf(day);
  const total = civil.year * 12 + civil.month - 1 + months;
  const [year, month] = [Math.floor(total / 12), total - Math.floor(total / 12) * 12 + 1];
  if (year < YEARS[0] || year > YEARS[1]) return null;
  return dayOf({ year, month, day: Math.min(civil.day, daysIn(year, month)) });
}

/** Complete months by clamped addition, mirrored where `to` is earlier. */
export function monthsBetween(from: Day, to: Day): number {
  if (to.number < from.number) return -monthsBetween(to, from);
  const [start, end] = [civilOf(from), civilOf(to)];
  const months = (end.year - start.year) * 12 + end.month - start.month;
  const reached = addMonths(from, months);
  return reached !== null && reached.number <= to.number ? months : months - 1;
}

/** Monday is 1. */
export const weekdayOf = (day: Day): number => ((((day.number + 3) % 7) + 7) % 7) + 1;

export function parseDay(text: string): Day | null {
  const [year = 0, month = 0, day = 0] = text.split("-").map(Number);
  return dayOf({ year, month, day });
}

/** `2026-01-31T08:30:00.25+08:00`; null where it is no moment. */
export function parseMoment(text: string): Moment | null {
  const found = /^(.{10})T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  const day = found ? parseDay(found[1] ?? "") : null;
  if (!found || !day) return null;
  const [hour = 0, minute = 0, second = 0] = found.slice(2, 5).map(Number);
  const offset = (found[6] === "-" ? -1 : 1) * (Number(found[7] ?? 0) * 60 + Number(found[8] ?? 0));
  const seconds = BigInt(hour * 3600 + (minute - offset) * 60 + second);
  const fraction = BigInt((found[5] ?? "").slice(0, 6).padEnd(6, "0"));
  return momentAt(BigInt(day.number) * MICROS_PER_DAY + seconds * 1_000_000n + fraction);
}

const two = (value: number): string => String(value).padStart(2, "0");

export function printDay(day: Day): string {
  const civil = civilOf(day);
  return `${String(civil.year).padStart(4, "0")}-${two(civil.month)}-${two(civil.day)}`;
}

/** In UTC, with as many digits of the fraction as are not zero. */
export function printMoment(moment: Moment): string {
  const day = floorDivided(moment.micros, MICROS_PER_DAY);
  const rest = moment.micros - day * MICROS_PER_DAY;
  const seconds = Number(rest / 1_000_000n);
  const fraction = String(rest % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${printDay(new Day(Number(day)))}T${time}${fraction ? `.${fraction}` : ""}Z`;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** Day and hour on the clocks of a zone; null outside the years 1 to 9999. */
export function localOf(moment: Moment, zone: string): { day: Day; hour: number } | null {
  const millis = Number(floorDivided(moment.micros, 1000n));
  const parts = new Map(
    clockOf(zone)
      .formatToParts(millis)
      .map((part) => [part.type, part.value]),
  );
  if (/^b/i.test(parts.get("era") ?? "")) return null;
  const part = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
  const day = dayOf({ year: part("year"), month: part("month"), day: part("day") });
  return day && { day, hour: part("hour") };
}
