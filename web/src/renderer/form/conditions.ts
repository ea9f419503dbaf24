import type { RecordData } from "@/client/records";
import { parseDay, parseMoment } from "@/expressions/calendar";
import { Decimal } from "@/expressions/decimal";
import { holds, type Lookup, type Value } from "@/expressions/evaluate";
import { Json, Moment } from "@/expressions/values";
import type { FieldMeta, FormItemMeta, Trees } from "@/metadata/app";
import { NUMBERS, scaleOf, valueType, wireName } from "@/metadata/system";
import type { AppView } from "../context";

/** A value in wire form as expressions see it. */
export function meaningOf(field: FieldMeta, wire: unknown): Value {
  if (wire === undefined || wire === null) return null;
  const type = valueType(field);
  if (NUMBERS.has(type)) return Decimal.of(wire as string | number).atLeast(scaleOf(field) ?? 0);
  if (type === "date") return parseDay(String(wire));
  if (type === "instant") return parseMoment(String(wire));
  if (type === "json" || type === "translated_text") return new Json(wire);
  return wire as Value;
}

/** What names in conditions mean for values in wire form; what is computed and not there yet, only the server knows. */
export function lookupOf(view: AppView, entity: string, values: Record<string, unknown>): Lookup {
  return {
    name: ([key = "", ...more]) => {
      if (more.length > 0) return undefined;
      const field = view.field(entity, key);
      const wire = values[wireName(key)];
      return !field || (wire === undefined && field.computed) ? undefined : meaningOf(field, wire);
    },
    actor: (word) => (word === "my_roles" ? view.app.roles : undefined),
    clock: { now: new Moment(BigInt(Date.now()) * 1000n), zone: view.app.settings.zone ?? "Asia/Shanghai" },
  };
}

/** Whether a condition of an item is met; `none` stands where it has none, or where only the server knows. */
export function isMet(
  condition: string | null | undefined,
  trees: Trees | undefined,
  lookup: Lookup,
  none: boolean,
): boolean {
  const tree = condition ? trees?.[condition] : undefined;
  return tree ? holds(tree, lookup, none) : none;
}

export const isShown = (item: FormItemMeta, lookup: Lookup): boolean =>
  isMet(item.visible, item.trees, lookup, true);

export function isRequired(item: FormItemMeta, field: FieldMeta, lookup: Lookup): boolean {
  return field.required === true || isMet(item.required, item.trees, lookup, false);
}

export function isClosed(item: FormItemMeta, field: FieldMeta, lookup: Lookup, act: "create" | "update") {
  const open = act === "create" ? field.creatable : field.writable;
  return !open || isMet(item.read_only, item.trees, lookup, false);
}

/** The values of a record as a form holds them. */
export function valuesOf(record: RecordData): Record<string, unknown> {
  const { expand: _, ...values } = record;
  return values;
}

export function isBlank(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
