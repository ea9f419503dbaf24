import { isProblem } from "@/client/problem";

export type Values = Record<string, unknown>;

/** What is different now; `before` is empty for something new. */
export function changedOf(before: Values, now: Values): Values {
  return Object.fromEntries(
    Object.entries(now).filter(
      ([key, value]) => JSON.stringify(value ?? null) !== JSON.stringify(before[key] ?? null),
    ),
  );
}

/** What a refusal says of single fields; what is taken is told apart by the one field that can be. */
export function fieldErrors(
  error: unknown,
  unique: { field: string; message: string },
): Record<string, string> {
  if (!isProblem(error)) return {};
  if (error.code === "unique") return { [unique.field]: unique.message };
  return Object.fromEntries(error.errors.map((each) => [each.pointer.split("/")[1] ?? "", each.message]));
}

interface Placed {
  id: string;
  parent_id: string | null;
  name: string;
}

/** The names from the root down to each node, by id; a node stands behind its parent. */
export function pathsOf(nodes: readonly Placed[]): Map<string, string> {
  const paths = new Map<string, string>();
  for (const node of nodes) {
    const above = paths.get(node.parent_id ?? "");
    paths.set(node.id, above ? `${above} / ${node.name}` : node.name);
  }
  return paths;
}

/** A node and all below it: where it cannot be moved to. */
export function insideOf(nodes: readonly Placed[], id: string): Set<string> {
  const inside = new Set([id]);
  for (const node of nodes) if (node.parent_id && inside.has(node.parent_id)) inside.add(node.id);
  return inside;
}

/** Nodes in the order of a tree, each behind its parent, brothers by name. */
export function inOrder<N extends Placed>(nodes: readonly N[], language: string): N[] {
  const children = new Map<string, N[]>();
  for (const node of nodes) {
    const key = node.parent_id ?? "";
    children.set(key, [...(children.get(key) ?? []), node]);
  }
  const below = (key: string): N[] =>
    (children.get(key) ?? [])
      .sort((one, other) => one.name.localeCompare(other.name, language))
      .flatMap((node) => [node, ...below(node.id)]);
  return below("");
}

/** Whether somebody is away at a moment. */
export function isAway(
  person: { absent_from: string | null; absent_to: string | null },
  now = Date.now(),
): boolean {
  if (!person.absent_from || Date.parse(person.absent_from) > now) return false;
  return !person.absent_to || Date.parse(person.absent_to) > now;
}
