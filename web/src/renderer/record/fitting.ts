import type { RecordData } from "@/client/records";
import { evaluate, type Lookup } from "@/expressions/evaluate";
import type { FieldMeta, FormItemMeta } from "@/metadata/app";
import { valueType } from "@/metadata/system";
import { wireOf } from "../form/foreseeing";
import { operatorsOf, writeCondition } from "../list/filters";

/** A value that a suggestion should have. */
export interface Wish {
  field: FieldMeta;
  value: string;
}

/** What a record wishes of its suggestions; what it does not know itself it does not wish. */
export function wishesOf(
  item: FormItemMeta,
  lookup: Lookup,
  fieldOf: (key: string) => FieldMeta | undefined,
): Wish[] {
  return Object.entries(item.match ?? {}).flatMap(([key, text]) => {
    const field = fieldOf(key);
    const tree = item.match_trees?.[text];
    const value = tree && evaluate(tree, lookup);
    const values = Array.isArray(value) ? value : [value];
    if (!field) return [];
    return values
      .filter((each) => each !== null && each !== undefined && each !== "")
      .map((each) => ({ field, value: String(wireOf(each)) }));
  });
}

const isMany = (field: FieldMeta) => operatorsOf(field)[0] === "has";

/** The wishes as a filter that is met by whatever has one of them; empty where there are none. */
export function anyOf(wishes: readonly Wish[]): string {
  return wishes
    .map(({ field, value }) => {
      const operator = isMany(field) ? "has" : "is";
      return `(${writeCondition({ field: field.key, operator, value }, field)})`;
    })
    .join(" or ");
}

/** Which wishes a record fulfils. */
export function fulfilled(wishes: readonly Wish[], record: RecordData): Wish[] {
  return wishes.filter(({ field, value }) => {
    const found = record[field.key];
    if (Array.isArray(found)) return found.map(String).includes(value);
    if (valueType(field) === "boolean") return String(found) === value;
    return found !== null && found !== undefined && String(found) === value;
  });
}

/** Those that fulfil more first, otherwise in the order they came; each once. */
export function ranked(records: readonly RecordData[], wishes: readonly Wish[], limit: number): RecordData[] {
  const once = [...new Map(records.map((each) => [each.id, each])).values()];
  const score = new Map(once.map((each) => [each.id, fulfilled(wishes, each).length]));
  return once.sort((one, other) => (score.get(other.id) ?? 0) - (score.get(one.id) ?? 0)).slice(0, limit);
}
