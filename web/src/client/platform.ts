import { useQuery } from "@tanstack/react-query";
import { ask } from "./http";

/** A person, a team or a region. */
export interface Named {
  id: string;
  name: string;
  parent_id?: string | null;
  code?: string | null;
  /** How the name of a team or region sounds: whole, and by first letters. */
  pinyin?: string;
}

const PATHS: Record<string, string> = { user: "/users", team: "/teams", region: "/regions" };

/** People, teams or regions to choose from; people are looked for by the server, trees are small enough to come whole. */
export function usePlatform(kind: string, search: string, enabled: boolean) {
  const isPeople = kind === "user";
  return useQuery({
    queryKey: ["platform", kind, isPeople ? search : ""],
    queryFn: async ({ signal }) =>
      (
        await ask<{ items: Named[] }>(PATHS[kind] ?? "", {
          query: isPeople ? { search, active: true, limit: 50 } : { limit: 500 },
          signal,
        })
      ).data.items,
    enabled: enabled && kind in PATHS,
    staleTime: 60_000,
  });
}

/** A region or team with those below it. */
export interface Branch extends Named {
  children?: Branch[];
}

/** The trees that a flat list holds; whose parent is not in it is a root. */
export function treeOf(items: readonly Named[]): Branch[] {
  const branches = new Map(items.map((item) => [item.id, { ...item } as Branch]));
  const roots: Branch[] = [];
  for (const branch of branches.values()) {
    const parent = branches.get(branch.parent_id ?? "");
    if (parent) parent.children = [...(parent.children ?? []), branch];
    else roots.push(branch);
  }
  return roots;
}

/** The ids from the root of a tree down to `id`. */
export function idsTo(id: string, items: readonly Named[]): string[] {
  const path: string[] = [];
  for (let item = items.find((each) => each.id === id); item && path.length < 12; ) {
    path.unshift(item.id);
    item = items.find((each) => each.id === item?.parent_id);
  }
  return path;
}

/** The names from the root of a tree down to `item`. */
export function pathOf(item: Named, all: readonly Named[]): string {
  const names = [item.name];
  let parent = all.find((each) => each.id === item.parent_id);
  while (parent && names.length < 12) {
    names.unshift(parent.name);
    parent = all.find((each) => each.id === parent?.parent_id);
  }
  return names.join(" / ");
}
