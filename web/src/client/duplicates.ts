import { useQuery } from "@tanstack/react-query";
import { ask } from "./http";
import { isProblem } from "./problem";
import { recordsPath } from "./records";

/** A rule that takes records for the one being typed; only those that the actor may see are named. */
export interface Alike {
  rule: string;
  label: Record<string, string>;
  records: string[];
}

/** The records that `values` would be taken for; half-typed values are no question yet. */
export function useDuplicates(
  app: string,
  entity: string,
  values: object,
  recordId: string | undefined,
  asked: boolean,
) {
  return useQuery({
    queryKey: ["duplicates", app, entity, recordId, values],
    queryFn: async ({ signal }): Promise<Alike[]> => {
      try {
        const body = { values, ...(recordId ? { record_id: recordId } : {}) };
        const path = `${recordsPath(app, entity)}/duplicates`;
        return (await ask<{ duplicates: Alike[] }>(path, { method: "POST", body, signal })).data.duplicates;
      } catch (error) {
        if (isProblem(error) && error.status >= 400 && error.status < 500) return [];
        throw error;
      }
    },
    enabled: asked,
    retry: false,
    placeholderData: (before) => before,
  });
}
