import { useQuery } from "@tanstack/react-query";
import { ask } from "./http";
import { recordsPath } from "./records";

export type Group = Record<string, string | number | null>;

/** Figures by group: `count`, and `sum_…` for each field that is summed. */
export function useAggregate(
  app: string,
  entity: string,
  asked: { group: string; measure: string; filter?: string },
) {
  return useQuery({
    queryKey: ["records", app, entity, "aggregate", asked],
    queryFn: async ({ signal }) =>
      (await ask<{ rows: Group[] }>(`${recordsPath(app, entity)}/aggregate`, { query: asked, signal })).data
        .rows,
    placeholderData: (before) => before,
  });
}
