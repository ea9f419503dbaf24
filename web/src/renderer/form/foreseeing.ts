import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type RecordData, readRecord } from "@/client/records";
import { printDay, printMoment } from "@/expressions/calendar";
import { Decimal } from "@/expressions/decimal";
import { evaluate, isKnown, type Lookup, type Tree, type Value } from "@/expressions/evaluate";
import { Day, Json, Moment } from "@/expressions/values";
import type { EntityMeta, FieldMeta, FormItemMeta, Trees } from "@/metadata/app";
import { scaleOf, targetOf, valueType, wireName } from "@/metadata/system";
import { type AppView, useAppView } from "../context";
import { lookupOf, meaningOf } from "./conditions";

/** By reference field, the fields of its record that something on a form reads: `product` → `list_price`. */
type Paths = Map<string, Set<string>>;

/** What a form knows before the server has seen it: computed values, defaults, and what chosen records say. */
export interface Foreseen {
  lookup: Lookup;
  /** The value in wire form that a field will have if it is saved as it is; undefined where only the server knows. */
  wire: (key: string) => unknown;
}

/** Looks ahead of what is typed; records that it refers to are read with the rights of whoever sits here. */
export function useForeseen(
  entity: EntityMeta,
  items: FormItemMeta[],
  values: Record<string, unknown>,
  act: "create" | "update",
): Foreseen {
  const view = useAppView();
  const paths = useMemo(() => pathsOf(view, entity, items), [view, entity, items]);
  // What a default refers to is known only when the record that it reads is there: each answer may ask for another one.
  const chosen = chosenIn(
    paths,
    foresee(view, entity, values, act, () => undefined),
  );
  const first = useChosen(view, entity, paths, chosen);
  const all = chosenIn(paths, foresee(view, entity, values, act, first));
  const records = useChosen(view, entity, paths, all);
  return foresee(view, entity, values, act, records);
}

type RecordOf = (id: string) => RecordData | undefined;

function chosenIn(paths: Paths, foreseen: Foreseen): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of paths.keys()) {
    const id = foreseen.wire(key);
    if (typeof id === "string") found.set(key, id);
  }
  return found;
}

function useChosen(view: AppView, entity: EntityMeta, paths: Paths, chosen: Map<string, string>): RecordOf {
  const asked = [...chosen].map(([key, id]) => ({
    id,
    target: targetOf(view.field(entity.key, key) as FieldMeta) ?? "",
    fields: ["id", ...(paths.get(key) ?? [])].sort().join(","),
  }));
  const found = useQueries({
    queries: asked.map(({ id, target, fields }) => ({
      queryKey: ["record", view.app.key, target, id, "fields", fields],
      queryFn: () => readRecord(view.app.key, target, id, { fields }),
      staleTime: 30_000,
    })),
  });
  const byId = new Map(asked.map(({ id }, index) => [id, found[index]?.data]));
  return (id) => byId.get(id);
}

/** What the trees of an entity's fields and of a form's items read of records that it refers to. */
export function pathsOf(view: AppView, entity: EntityMeta, items: FormItemMeta[]): Paths {
  const found: Paths = new Map();
  const trees = [...entity.fields, ...items, ...items.flatMap((item) => item.items ?? [])].flatMap((each) =>
    Object.values((each.trees as Trees | undefined) ?? {}),
  );
  for (const tree of trees) {
    for (const [key = "", other = "", ...more] of namesIn(tree)) {
      const target = targetOf(view.field(entity.key, key) ?? NOTHING);
      if (more.length > 0 || !target || !other || !view.entity(target)) continue;
      found.set(key, (found.get(key) ?? new Set()).add(other));
    }
  }
  return found;
}

const NOTHING = { type: "" } as FieldMeta;

function namesIn(tree: Tree): string[][] {
  if (tree[0] === "name") return [tree.slice(1) as string[]];
  return tree.flatMap((part) => (Array.isArray(part) ? namesIn(part as Tree) : []));
}

/** The same with the records that are there. */
export function foresee(
  view: AppView,
  entity: EntityMeta,
  values: Record<string, unknown>,
  act: "create" | "update",
  recordOf: RecordOf,
): Foreseen {
  const base = lookupOf(view, entity.key, values);
  const known = new Map<string, Value | undefined>();
  let isFormula = false;

  /** A computed value, once; one that leads to itself is nobody's. */
  function computed(key: string, field: FieldMeta, tree: Tree): Value | undefined {
    if (!known.has(key)) {
      known.set(key, undefined);
      const outer = isFormula;
      isFormula = field.type === "formula";
      const value = evaluate(tree, lookup);
      isFormula = outer;
      known.set(key, value === undefined ? undefined : settled(field, value));
    }
    return known.get(key);
  }

  function name(parts: readonly string[]): Value | undefined {
    const [key = "", other, ...more] = parts;
    const field = view.field(entity.key, key);
    if (!field || more.length > 0) return undefined;
    if (other !== undefined) return behind(key, field, other);
    const tree = treeOf(field, act, values[wireName(key)]);
    const found = tree && computed(key, field, tree);
    const isDefault = tree !== undefined && field.type !== "formula";
    return found === undefined && !isDefault ? base.name(parts) : found;
  }

  function behind(key: string, field: FieldMeta, other: string): Value | undefined {
    const id = name([key]);
    if (id === null) return null;
    const record = typeof id === "string" ? recordOf(id) : undefined;
    const there = view.field(targetOf(field) ?? "", other);
    // A default is taken before the save; a formula also sees what the save does to a sum over such records.
    if (isFormula && there?.type === "rollup") return undefined;
    const wire = record?.[wireName(other)];
    return there && wire !== undefined ? meaningOf(there, wire) : undefined;
  }

  const lookup: Lookup = { ...base, name };
  return {
    lookup,
    wire: (key) => {
      const value = name([key]);
      return value === undefined ? undefined : wireOf(value);
    },
  };
}

/** What a field is computed by here: its formula, or its default while it is not filled in. */
function treeOf(field: FieldMeta, act: "create" | "update", value: unknown): Tree | undefined {
  const trees = field.trees as Trees | undefined;
  if (field.type === "formula") return trees?.[field.expression ?? ""];
  return act === "create" && value === undefined ? trees?.[field.default_expression ?? ""] : undefined;
}

/**
 * Whether a form can show a value that nobody types, before it is saved: everything that it is computed from is known here,
 * and no sum over other records is among it that the save itself may change.
 */
export function isForeseeable(
  view: AppView,
  entity: string,
  field: FieldMeta,
  act: "create" | "update",
  seen: readonly string[] = [],
): boolean {
  const tree = treeOf(field, act, undefined);
  if (tree === undefined || !isKnown(tree) || seen.includes(field.key)) return false;
  return namesIn(tree).every(([key = "", other]) => {
    const own = view.field(entity, key);
    if (!own) return false;
    if (other !== undefined)
      return field.type !== "formula" || view.field(targetOf(own) ?? "", other)?.type !== "rollup";
    if (own.type === "formula") return isForeseeable(view, entity, own, act, [...seen, field.key]);
    return act === "update" || !own.computed || own.computed === "system";
  });
}

/** A value with the digits of its field, as the server keeps it. */
function settled(field: FieldMeta, value: Value): Value {
  if (!(value instanceof Decimal)) return value;
  const scale = valueType(field) === "integer" ? 0 : (scaleOf(field) ?? value.scale);
  return value.rounded(scale, "half").atLeast(scale);
}

export function wireOf(value: Value): unknown {
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Day) return printDay(value);
  if (value instanceof Moment) return printMoment(value);
  if (value instanceof Json) return value.value;
  return value;
}
