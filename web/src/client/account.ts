import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "./http";
import type { components } from "./schema";

export type Token = components["schemas"]["TokenAnswer"];
export type MadeToken = components["schemas"]["MadeToken"];
export type Scope = Token["scopes"][number];
export type MyChanges = components["schemas"]["MyChanges"];

const TOKENS = ["tokens"];

/** One's own tokens, oldest first; never what they are. */
export function useTokens() {
  return useQuery({
    queryKey: TOKENS,
    queryFn: async ({ signal }) =>
      (await ask<{ items: Token[] }>("/tokens", { query: { limit: 500 }, signal })).data.items,
  });
}

export function useMakeToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wish: { name: string; scopes: Scope[]; expires_at: string }) =>
      (await ask<MadeToken>("/tokens", { method: "POST", body: wish })).data,
    onSuccess: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
}

export function useEndToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string) => {
      await ask(`/tokens/${id}`, { method: "DELETE" });
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
}

/** What people change about themselves; one change after the other, so that the last one stands. */
export function useChangeMe() {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: "me" },
    mutationFn: async (changes: MyChanges) => {
      await ask("/me", { method: "PATCH", body: changes });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["me"] });
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
}

export async function changePassword(current: string, password: string): Promise<void> {
  await ask("/me/password", { method: "POST", body: { current_password: current, password } });
}

export type LinkOwner = components["schemas"]["LinkOwner"];

/** Whose a one-time link is. */
export async function findLink(token: string): Promise<LinkOwner> {
  return (await ask<LinkOwner>("/invitations/find", { method: "POST", body: { token } })).data;
}

/** Set a password with a one-time link, which is used up by it. */
export async function acceptLink(token: string, password: string): Promise<void> {
  await ask("/invitations/accept", { method: "POST", body: { token, password } });
}
