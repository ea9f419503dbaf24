import type { RecordData } from "@/client/records";
import type { AppView } from "../context";

/** The name of a record: its entity's name field, else its code. */
export function nameOf(view: AppView, entity: string, record: RecordData): string {
  const key = view.entity(entity)?.name_field ?? "name";
  const value = record[key] ?? record.code;
  return value === null || value === undefined ? "–" : String(value);
}
