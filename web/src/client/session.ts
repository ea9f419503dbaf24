import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ask } from "./http";
import { isProblem } from "./problem";
import type { components } from "./schema";

export type Me = components["schemas"]["Me"];

/** Who is signed in; null: nobody. */
export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: async (): Promise<Me | null> => {
      try {
        return (await ask<Me>("/me")).data;
      } catch (error) {
        if (isProblem(error) && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: 60_000,
    retry: false,
  });
}

export function useSignOut() {
  const queries = useQueryClient();
  return async () => {
    await ask("/auth/logout", { method: "POST" });
    queries.clear();
    queries.setQueryData(["me"], null);
  };
}
