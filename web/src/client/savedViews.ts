import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "./http";

export type Shared = "none" | "team" | "everyone";

/** What a list is asked for, as a saved view keeps it: as on the wire of a list. */
export interface AskedView {
  filter: string;
  sort: string;
  columns: string[];
  search: string;
}

/** A view that somebody saved, their own or shared with whoever asks. */
export interface SavedView extends AskedView {
  id: string;
  version: number;
  entity: string;
  name: string;
  owner: { id: string; name: string };
  shared: Shared;
  /** Whether whoever asks may change it. */
  writable: boolean;
  /** Why it cannot be opened any more; only its owner hears of it. */
  broken: { field: string; code: string; message: string }[];
}

const pathOf = (app: string): string => `/apps/${app}/saved-views`;
const keyOf = (app: string) => ["saved-views", app];

async function readAll(app: string, signal: AbortSignal): Promise<SavedView[]> {
  const found: SavedView[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query = { limit: 500, cursor };
    const page: { items: SavedView[]; next: string | null } = (
      await ask<{ items: SavedView[]; next: string | null }>(pathOf(app), { query, signal })
    ).data;
    found.push(...page.items);
    cursor = page.next;
  }
  return found;
}

/** The saved views that are there for whoever is signed in, of all entities. */
export function useSavedViews(app: string) {
  return useQuery({
    queryKey: keyOf(app),
    queryFn: ({ signal }) => readAll(app, signal),
    staleTime: 60_000,
  });
}

/** Writes views; the list of them is read again before a promise is kept. */
export function useViewWrites(app: string) {
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: keyOf(app) });
  return {
    create: async (view: AskedView & Pick<SavedView, "entity" | "name" | "shared">): Promise<SavedView> => {
      const made = await ask<SavedView>(pathOf(app), { method: "POST", body: view });
      await again();
      return made.data;
    },
    /** @throws ApiProblem: `stale` where somebody else changed it meanwhile. */
    change: async (view: SavedView, changes: Partial<AskedView & Pick<SavedView, "name" | "shared">>) => {
      try {
        await ask<SavedView>(`${pathOf(app)}/${view.id}`, {
          method: "PATCH",
          body: changes,
          headers: { "if-match": `"${view.version}"` },
        });
      } finally {
        await again();
      }
    },
    remove: async (view: SavedView) => {
      await ask(`${pathOf(app)}/${view.id}`, {
        method: "DELETE",
        headers: { "if-match": `"${view.version}"` },
      });
      await again();
    },
  };
}
