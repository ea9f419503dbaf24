import type { FieldMeta } from "./app";

function system(
  key: string,
  type: string,
  zh: string,
  en: string,
  more: Partial<FieldMeta> = {},
): [string, FieldMeta] {
  const field: FieldMeta = {
    id: key,
    key,
    type,
    label: { "zh-CN": zh, en },
    creatable: false,
    writable: false,
    sortable: true,
    filterable: true,
    computed: "system",
    ...more,
  };
  return [key, field];
}

/** What every record has, by its name on the wire; views name some by their names in expressions (`owner`). */
export const SYSTEM_FIELDS: ReadonlyMap<string, FieldMeta> = new Map([
  system("id", "text", "编号", "Id", { sortable: false }),
  system("version", "integer", "版本", "Version"),
  system("created_at", "instant", "创建时间", "Created"),
  system("updated_at", "instant", "更新时间", "Updated"),
  system("created_by", "user", "创建人", "Created by", { sortable: false }),
  system("updated_by", "user", "更新人", "Updated by", { sortable: false }),
  system("owner_id", "user", "负责人", "Owner", { sortable: false }),
  system("owner", "user", "负责人", "Owner", { sortable: false }),
]);

/** Names of system fields on the wire, by their names in expressions. */
const WIRE: Record<string, string> = { owner: "owner_id" };

export const wireName = (key: string): string => WIRE[key] ?? key;

/** What `expand` takes for a field that refers to something: `owner_id` is expanded as `owner`. */
export function expandName(key: string): string {
  return Object.entries(WIRE).find(([, wire]) => wire === key)?.[0] ?? key;
}

/** The entity that a field refers to; people, teams and regions are platform entities. */
export function targetOf(field: FieldMeta): string | null {
  if (field.type === "user" || field.type === "team" || field.type === "region") return field.type;
  return field.type === "reference" || field.type === "links" ? (field.entity ?? null) : null;
}

/** The type of what a field holds: of computed fields the type of the result. */
export function valueType(field: FieldMeta): string {
  if (field.type === "score") return "decimal";
  const result = field.result;
  if (typeof result === "object" && result !== null && "type" in result) return String(result.type);
  return field.type;
}

export function scaleOf(field: FieldMeta): number | undefined {
  const result = field.result;
  if (typeof result === "object" && result !== null && typeof result.scale === "number") return result.scale;
  return field.scale;
}

/** Types whose values are numbers: they stand at the right, with figures of one width. */
export const NUMBERS: ReadonlySet<string> = new Set(["money", "decimal", "integer", "percent"]);
