import dayjs from "dayjs";
import type { FieldMeta } from "@/metadata/app";
import { scaleOf, valueType } from "@/metadata/system";

/** What formatting depends on beside the field. */
export interface Manner {
  language: string;
  currency: string;
  zone: string;
}

/** A decimal text with separators; exact: no number of JavaScript ever holds it. */
export function groupDigits(text: string): string {
  const negative = text.startsWith("-");
  const [whole = "0", fraction] = text.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${negative ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A decimal text times 10^places, exact. */
export function shift(text: string, places: number): string {
  const negative = text.startsWith("-");
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".");
  const padding = "0".repeat(Math.max(1 - whole.length - places, 0));
  const digits = padding + whole + fraction.padEnd(Math.max(places, 0), "0");
  const point = padding.length + whole.length + places;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const right = digits.slice(point).replace(/0+$/, "");
  return `${negative ? "-" : ""}${left || "0"}${right ? `.${right}` : ""}`;
}

const SYMBOLS: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "¥" };

/** Money with its sign; of finer prices only the digits that say something, of all others the usual two. */
export function formatMoney(text: string, currency: string): string {
  const short = text.replace(/(\.\d\d\d*?)0+$/, "$1");
  return `${SYMBOLS[currency] ?? `${currency} `}${groupDigits(short)}`;
}

/** What `make` makes of a key, made once: the formatters of the browser are slow to come by. */
function once<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}

const clockOf = once(
  (zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }),
);
const agoOf = once((language) => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));

export function formatInstant(text: string, manner: Manner): string {
  const parts = clockOf(manner.zone).format(new Date(text));
  return parts.replace(/:\d\d$/, (seconds) => seconds);
}

/** How long ago, in words, and the day itself where it is longer ago than a week. */
export function formatAgo(text: string, manner: Manner, now = new Date()): string {
  const minutes = Math.round((now.getTime() - new Date(text).getTime()) / 60_000);
  const relative = agoOf(manner.language);
  if (Math.abs(minutes) < 60) return relative.format(-minutes, "minute");
  if (Math.abs(minutes) < 1_440) return relative.format(-Math.round(minutes / 60), "hour");
  if (Math.abs(minutes) < 10_080) return relative.format(-Math.round(minutes / 1_440), "day");
  return formatInstant(text, manner).slice(0, 10);
}

/** A wire value as people read it; an empty text where there is none. */
export function formatValue(field: FieldMeta, value: unknown, manner: Manner): string {
  if (value === null || value === undefined || value === "") return "";
  switch (valueType(field)) {
    case "money":
      return formatMoney(String(value), manner.currency);
    case "percent":
      return `${trimScale(shift(String(value), 2), Math.max((scaleOf(field) ?? 2) - 2, 0))}%`;
    case "decimal":
      return groupDigits(String(value));
    case "integer":
      return isYear(field) ? String(value) : groupDigits(String(value));
    case "instant":
      return formatInstant(String(value), manner);
    case "date":
      return dayjs(String(value)).format("YYYY-MM-DD");
    case "boolean":
      return manner.language === "en" ? (value ? "Yes" : "No") : value ? "是" : "否";
    case "translated_text":
      return textOf(value, manner.language);
    default:
      return Array.isArray(value) ? value.join(manner.language === "en" ? ", " : "、") : String(value);
  }
}

/** A number that can only be a year: nobody writes 2,026. */
const isYear = (field: FieldMeta): boolean =>
  Number(field.minimum ?? 0) >= 1000 && Number(field.maximum ?? Number.POSITIVE_INFINITY) < 10_000;

function trimScale(text: string, most: number): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const kept = fraction.slice(0, Math.max(most, 0));
  return groupDigits(kept ? `${whole}.${kept}` : whole);
}

function textOf(value: unknown, language: string): string {
  const texts = value as Record<string, string>;
  return texts[language] ?? Object.values(texts)[0] ?? "";
}
