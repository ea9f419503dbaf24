import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "./http";
import type { components } from "./schema";
import type { Me } from "./session";

export type Person = components["schemas"]["UserAnswer"];
export type OneTimeLink = components["schemas"]["LinkAnswer"];
export type Node = components["schemas"]["NodeAnswer"];
export type Tree = "teams" | "regions";

export type AppRoles = components["schemas"]["AppRoles"];

/** Whether somebody may manage people, teams and regions; the server has the last word. */
export const managesPeople = (me: Me | null | undefined): boolean =>
  Boolean(me && (me.admin || Object.values(me.rights).some((rights) => rights.includes("people"))));

export interface PeopleAsked {
  search: string;
  active: boolean | null;
  team_id?: string | null;
}

export function usePeople(asked: PeopleAsked) {
  return useInfiniteQuery({
    queryKey: ["people", asked],
    queryFn: async ({ pageParam, signal }) =>
      (
        await ask<{ items: Person[]; next: string | null }>("/users", {
          query: { ...asked, limit: 50, cursor: pageParam },
          signal,
        })
      ).data,
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export function usePerson(id: string | undefined) {
  return useQuery({
    queryKey: ["people", "one", id],
    queryFn: async ({ signal }) => (await ask<Person>(`/users/${id}`, { signal })).data,
    enabled: Boolean(id),
  });
}

/** Roles that can be given, by app; for those who manage people. */
export function useRoles() {
  return useQuery({
    queryKey: ["roles"],
    queryFn: async ({ signal }) => (await ask<{ items: AppRoles[] }>("/roles", { signal })).data.items,
    staleTime: 60_000,
  });
}

/** All of a tree, parents before their children. */
export function useTree(tree: Tree) {
  return useQuery({
    queryKey: ["platform", "tree", tree],
    queryFn: async ({ signal }) => {
      const nodes: Node[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const query: Record<string, string | number> = { limit: 500, cursor };
        const page: { items: Node[]; next: string | null } = (
          await ask<{ items: Node[]; next: string | null }>(`/${tree}`, { query, signal })
        ).data;
        nodes.push(...page.items);
        cursor = page.next;
      }
      return nodes;
    },
    staleTime: 60_000,
  });
}

/** Add a person (without an id) or change one. */
export function useSavePerson(id?: string) {
  return useSaved(async (values: object) =>
    id
      ? (await ask<Person>(`/users/${id}`, { method: "PATCH", body: values })).data
      : (await ask<Person>("/users", { method: "POST", body: values })).data,
  );
}

/** A link with which a person sets a password: the first one by an invitation, another one by a reset. */
export function useLink(person: Person) {
  return useMutation({
    mutationFn: async () =>
      person.is_set_up
        ? (await ask<OneTimeLink>(`/users/${person.id}/reset`, { method: "POST" })).data
        : (await ask<OneTimeLink>("/invitations", { method: "POST", body: { user_id: person.id } })).data,
  });
}

export function useSaveNode(tree: Tree, id?: string) {
  return useSaved(async (values: object) =>
    id
      ? (await ask<Node>(`/${tree}/${id}`, { method: "PATCH", body: values })).data
      : (await ask<Node>(`/${tree}`, { method: "POST", body: values })).data,
  );
}

/** A change of people or trees, after which everything that shows them is asked anew. */
function useSaved<T>(save: (values: object) => Promise<T>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: save,
    onSuccess: async () => {
      await Promise.all(
        ["people", "platform", "me", "record", "records"].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      );
    },
  });
}
