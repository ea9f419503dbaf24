import dayjs, { type Dayjs } from "dayjs";

/** The days that a sheet of a month shows: whole weeks from Monday, so that every day has its column. */
export function daysOf(month: Dayjs): Dayjs[] {
  const first = month.startOf("month");
  const start = first.subtract((first.day() + 6) % 7, "day");
  const last = month.endOf("month");
  const count = Math.ceil((last.diff(start, "day") + 1) / 7) * 7;
  return Array.from({ length: count }, (_, index) => start.add(index, "day"));
}

/** A month of the address (`2026-11`), else the one of `today`. */
export function monthOf(text: string | null, today: Dayjs): Dayjs {
  return text && /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? dayjs(`${text}-01`) : today.startOf("month");
}

/** What lies between two days, both included; of a moment its local day counts. */
export function between(field: string, isMoment: boolean, first: Dayjs, last: Dayjs): string {
  const asked = isMoment ? `DATE(${field})` : field;
  return `${asked} >= "${first.format("YYYY-MM-DD")}" and ${asked} <= "${last.format("YYYY-MM-DD")}"`;
}

/** The local day of a value in wire form. */
export function dayOf(value: unknown, isMoment: boolean, zone: string): string {
  if (!isMoment) return String(value);
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(String(value)));
}
