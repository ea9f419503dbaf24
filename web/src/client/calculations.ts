import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ask } from "./http";

export interface CalculatedLine {
  key: string;
  label: Record<string, string>;
  expression: string;
  value: unknown;
}

export interface Calculated {
  value: unknown;
  lines: CalculatedLine[];
}

export interface CalculationAsked {
  record_id?: string;
  inputs: Record<string, unknown>;
}

/** What a calculation gives for a record with some inputs of one's own; nothing is saved. */
export function useCalculation(
  app: string,
  key: string,
  version: number,
  asked: CalculationAsked,
  isComplete: boolean,
) {
  return useQuery({
    queryKey: ["calculation", app, key, version, asked],
    queryFn: async ({ signal }) =>
      (await ask<Calculated>(`/apps/${app}/calculations/${key}`, { method: "POST", body: asked, signal }))
        .data,
    enabled: isComplete,
    retry: false,
    placeholderData: keepPreviousData,
  });
}
