import { useQuery } from "@tanstack/react-query";
import { ask } from "./http";

/** A person, a team or a region. */
export interface Named {
  id: string;
  name: string;
  parent_id?: string | null;
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
