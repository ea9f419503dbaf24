import { useQuery } from "@tanstack/react-query";
import { ask } from "./http";

export interface MetricDimension {
  key: string;
  label: Record<string, string>;
  type: string;
  entity?: string | null;
  field?: string | null;
}

/** One figure; `filter` leads to the records that it counts. */
export interface MetricRow {
  value: string | number | null;
  count: number;
  filter: string | null;
  [dimension: string]: string | number | boolean | null;
}

export interface MetricAnswer {
  metric: {
    key: string;
    label: Record<string, string>;
    unit: Record<string, string> | null;
    measure: string;
    target: string | null;
    entity: string;
  };
  dimensions: MetricDimension[];
  rows: MetricRow[];
  truncated: boolean;
}

export function useMetric(app: string, key: string, dimensions: string[]) {
  return useQuery({
    queryKey: ["records", app, "metric", key, dimensions],
    queryFn: async ({ signal }) =>
      (
        await ask<MetricAnswer>(`/apps/${app}/metrics/${key}`, {
          method: "POST",
          body: { dimensions },
          signal,
        })
      ).data,
    staleTime: 30_000,
  });
}
