import type { Lookup } from "@/expressions/evaluate";
import type { EntityMeta, FieldMeta, FormItemMeta, FormMeta } from "@/metadata/app";
import { isMet } from "./conditions";

/** A part of a form that is drawn under one heading. */
export interface Part {
  key: string;
  label: FormItemMeta["label"];
  items: FormItemMeta[];
}

/** The form that shows a record: the author's first for this device and these values. */
export const viewFormOf = (forms: FormMeta[], entity: string, narrow: boolean, lookup: Lookup) =>
  firstOf(forms, entity, ["show", "any"], narrow, lookup);

/** The form that makes or changes a record; one that was made for it goes before one for everything. */
export const inputFormOf = (
  forms: FormMeta[],
  entity: string,
  act: "create" | "update",
  narrow: boolean,
  lookup: Lookup,
) => firstOf(forms, entity, [act === "create" ? "create" : "edit", "any"], narrow, lookup);

function firstOf(
  forms: FormMeta[],
  entity: string,
  purposes: FormMeta["purpose"][],
  narrow: boolean,
  lookup: Lookup,
): FormMeta | null {
  const device = narrow ? "phone" : "desktop";
  const fitting = forms.filter(
    (form) =>
      form.entity === entity &&
      (form.device === "any" || form.device === device) &&
      isMet(form.when, form.trees, lookup, true),
  );
  for (const purpose of purposes) {
    const found = fitting.find((form) => form.purpose === purpose);
    if (found) return found;
  }
  return null;
}

/** All fields, for an entity without a form. */
export function plainItems(entity: EntityMeta): FormItemMeta[] {
  return entity.fields.map((field) => ({ id: field.id, key: field.key, kind: "field", field: field.key }));
}

/** The fields and sentences of a form by the sections they stand in, without fields that `isOpen` refuses and what then is empty. */
export function partsOf(
  items: FormItemMeta[],
  fieldOf: (key: string) => FieldMeta | undefined,
  isOpen: (field: FieldMeta) => boolean,
): Part[] {
  const kept = (each: FormItemMeta) => {
    if (each.kind === "text") return true;
    const field = each.kind === "field" ? fieldOf(each.field ?? "") : undefined;
    return field !== undefined && isOpen(field);
  };
  const hasFields = (each: FormItemMeta[]) => each.some((item) => item.kind === "field");
  const loose = items.filter(kept);
  const parts: Part[] = hasFields(loose) ? [{ key: "", label: null, items: loose }] : [];
  for (const item of items) {
    if (item.kind !== "section") continue;
    const inside = (item.items ?? []).filter(kept);
    if (hasFields(inside)) parts.push({ key: item.key, label: item.label, items: inside });
  }
  return parts;
}
