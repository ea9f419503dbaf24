import type { FieldMeta, OptionMeta } from "@/metadata/app";

/** What may be chosen in a field, or what a computed one may result in. */
export function optionsOf(field: FieldMeta): OptionMeta[] {
  const suggestions = field.suggestions as OptionMeta[] | undefined;
  const result = field.result as { options?: OptionMeta[] } | undefined;
  return field.options ?? suggestions ?? result?.options ?? [];
}
