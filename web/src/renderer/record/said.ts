import { targetOf } from "@/metadata/system";
import type { AppView } from "../context";
import { mannerOf } from "../fields/Cell";
import { formatValue } from "../fields/format";
import { optionsOf } from "../fields/options";

/** A value in a few words; null where only its id is known. */
export function said(view: AppView, entity: string, key: string, value: unknown): string | null {
  const field = view.field(entity, key);
  if (value === null || value === undefined || value === "") return "–";
  if (!field) return String(value);
  if (targetOf(field) || field.type.startsWith("file") || field.type.startsWith("image")) return null;
  const labels = new Map(optionsOf(field).map((option) => [option.key, view.text(option.label)]));
  if (Array.isArray(value)) return value.map((each) => labels.get(each) ?? String(each)).join("、");
  return labels.get(String(value)) ?? formatValue(field, value, mannerOf(view));
}
