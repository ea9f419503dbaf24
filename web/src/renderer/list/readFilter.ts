import type { FieldMeta } from "@/metadata/app";
import { type Condition, joinFilters, type Operator, operatorsOf, writeCondition } from "./filters";

/** An expression as lines of the filter builder, and as text what they cannot say. */
export interface Split {
  conditions: Condition[];
  text: string;
}

/** The lines that an expression was written from; only what would be written the same way again becomes a line. */
export function readFilter(expression: string, fieldOf: (key: string) => FieldMeta | undefined): Split {
  const conditions: Condition[] = [];
  const texts: string[] = [];
  for (const part of partsOf(expression.trim())) {
    const found = part && readCondition(part, fieldOf);
    if (found) conditions.push(found);
    else texts.push(part);
  }
  return { conditions, text: joinFilters(texts) };
}

/** The parts of `(a) and (b)`, looked into as long as they are such themselves; else the text as a whole. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest.startsWith("(")) {
    const end = closing(rest);
    if (end < 0) return [text];
    parts.push(rest.slice(1, end));
    rest = rest.slice(end + 1);
    if (rest === "") return parts.length > 1 ? parts.flatMap((part) => partsOf(part)) : [text];
    if (!rest.startsWith(" and ")) return [text];
    rest = rest.slice(" and ".length);
  }
  return [text];
}

/** Where the bracket that a text begins with is closed; -1 where it is not. */
function closing(text: string): number {
  let depth = 0;
  for (let place = 0; place < text.length; place += 1) {
    const letter = text[place];
    if (letter === '"' || letter === "'") {
      place = behindText(text, place, letter);
      if (place < 0) return -1;
    } else if (letter === "(") depth += 1;
    else if (letter === ")") {
      depth -= 1;
      if (depth === 0) return place;
    }
  }
  return -1;
}

/** Where a text in quotes ends. */
function behindText(text: string, start: number, quote: string): number {
  for (let place = start + 1; place < text.length; place += 1) {
    if (text[place] === "\\") place += 1;
    else if (text[place] === quote) return place;
  }
  return -1;
}

const NAME = "([\\p{L}_][\\p{L}\\p{N}_]*)";
const TEXT = '("(?:[^"\\\\]|\\\\.)*")';
const form = (pattern: string): RegExp => new RegExp(`^${pattern}$`, "u");
const json = (text: string | undefined): unknown => JSON.parse(text ?? "null");

interface Form {
  pattern: RegExp;
  read: (found: string[]) => { field: string | undefined; operator: Operator; value?: unknown };
}

const SIGNS: Record<string, Operator> = { "==": "is", "!=": "isNot", ">=": "atLeast", "<=": "atMost" };
const compared = (field: string | undefined, sign: string | undefined, value: unknown) => ({
  field,
  operator: SIGNS[sign ?? ""] ?? "is",
  value,
});

/** What `writeCondition` writes, form by form. */
const FORMS: Form[] = [
  { pattern: form(`ISBLANK\\(${NAME}\\)`), read: ([field]) => ({ field, operator: "blank" }) },
  { pattern: form(`not ISBLANK\\(${NAME}\\)`), read: ([field]) => ({ field, operator: "filled" }) },
  { pattern: form(`${NAME} == me`), read: ([field]) => ({ field, operator: "isMe" }) },
  { pattern: form(NAME), read: ([field]) => ({ field, operator: "yes" }) },
  { pattern: form(`not ${NAME}`), read: ([field]) => ({ field, operator: "no" }) },
  {
    pattern: form(`CONTAINS\\(${NAME}, ${TEXT}\\)`),
    read: ([field, value]) => ({ field, operator: "contains", value: json(value) }),
  },
  {
    pattern: form(`${TEXT} in ${NAME}`),
    read: ([value, field]) => ({ field, operator: "has", value: json(value) }),
  },
  {
    pattern: form(`${NAME} (in|not in) (\\[(?:${TEXT}(?:, )?)*\\])`),
    read: ([field, word, list]) => ({
      field,
      operator: word === "in" ? "anyOf" : "noneOf",
      value: json(list),
    }),
  },
  {
    pattern: form(`(?:DATE\\(${NAME}\\)|${NAME}) (==|!=|>=|<=) ${TEXT}`),
    read: ([day, field, sign, value]) => compared(day ?? field, sign, json(value)),
  },
  {
    pattern: form(`${NAME} (==|!=|>=|<=) (-?\\d+(?:\\.\\d+)?)`),
    read: ([field, sign, value]) => compared(field, sign, value),
  },
];

function readCondition(text: string, fieldOf: (key: string) => FieldMeta | undefined): Condition | null {
  for (const { pattern, read } of FORMS) {
    const found = pattern.exec(text);
    if (!found) continue;
    const { field: key = "", ...rest } = read(found.slice(1));
    const field = fieldOf(key);
    const condition: Condition = { field: key, ...rest };
    if (field && operatorsOf(field).includes(condition.operator) && writeCondition(condition, field) === text)
      return condition;
  }
  return null;
}
