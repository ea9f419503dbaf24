import type { FieldMeta } from "@/metadata/app";
import { NUMBERS, targetOf, valueType } from "@/metadata/system";

export type Operator =
  | "contains"
  | "is"
  | "isNot"
  | "atLeast"
  | "atMost"
  | "anyOf"
  | "noneOf"
  | "has"
  | "isMe"
  | "yes"
  | "no"
  | "blank"
  | "filled";

/** One line of the filter builder. */
export interface Condition {
  field: string;
  operator: Operator;
  value?: unknown;
}

/** Those that need nothing beside the field. */
const ALONE: ReadonlySet<Operator> = new Set(["isMe", "yes", "no", "blank", "filled"]);
export const needsValue = (operator: Operator): boolean => !ALONE.has(operator);
/** Those that take several values. */
export const takesMany = (operator: Operator): boolean => operator === "anyOf" || operator === "noneOf";

/** What can be asked of a field, by what it holds; the first is offered first. */
export function operatorsOf(field: FieldMeta): Operator[] {
  const type = valueType(field);
  if (targetOf(field) === "user") return ["isMe", "is", "isNot", "blank", "filled"];
  if (type === "links" || type === "options" || type === "tags") return ["has", "blank", "filled"];
  if (targetOf(field)) return ["is", "isNot", "blank", "filled"];
  if (type === "option" || type === "stage") return ["anyOf", "noneOf", "blank", "filled"];
  if (type === "boolean") return ["yes", "no"];
  if (NUMBERS.has(type)) return ["atLeast", "atMost", "is", "blank", "filled"];
  if (type === "date" || type === "instant") return ["atLeast", "atMost", "is", "blank", "filled"];
  if (type === "json" || type.startsWith("file") || type.startsWith("image")) return ["blank", "filled"];
  return ["contains", "is", "isNot", "blank", "filled"];
}

const quoted = (text: unknown): string => JSON.stringify(String(text));
const SIGNS: Partial<Record<Operator, string>> = { is: "==", isNot: "!=", atLeast: ">=", atMost: "<=" };

/** The condition in the expression language. */
export function writeCondition(condition: Condition, field: FieldMeta): string {
  const { operator, value } = condition;
  const type = valueType(field);
  const name = condition.field;
  switch (operator) {
    case "blank":
      return `ISBLANK(${name})`;
    case "filled":
      return `not ISBLANK(${name})`;
    case "isMe":
      return `${name} == me`;
    case "yes":
      return name;
    case "no":
      return `not ${name}`;
    case "contains":
      return `CONTAINS(${name}, ${quoted(value)})`;
    case "has":
      return `${quoted(value)} in ${name}`;
    case "anyOf":
    case "noneOf": {
      const items = (value as unknown[]).map(quoted).join(", ");
      return `${name} ${operator === "anyOf" ? "in" : "not in"} [${items}]`;
    }
    default: {
      const given = NUMBERS.has(type) ? String(value) : quoted(value);
      const asked = type === "instant" ? `DATE(${name})` : name;
      return `${asked} ${SIGNS[operator]} ${given}`;
    }
  }
}

/** Conditions and free texts as one expression; each text stands in brackets of its own. */
export function joinFilters(parts: readonly (string | null | undefined)[]): string {
  const given = parts.filter((part): part is string => Boolean(part?.trim()));
  return given.length < 2 ? (given[0] ?? "") : given.map((part) => `(${part})`).join(" and ");
}
