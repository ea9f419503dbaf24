import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { ask, urlOf } from "./http";

export type ImportState = "staged" | "checked" | "previewed" | "applied" | "cancelled" | "undone";

/** Where the value of a target comes from: one of these. */
export interface ImportSource {
  column?: string;
  value?: string;
  expression?: string;
}

export interface ImportError {
  column: string;
  field: string;
  code: string;
  message: string;
}

/** What is asked of a job beside its file. */
export interface ImportAsked {
  mapping: { fields: Record<string, ImportSource>; columns: Record<string, string> };
  match: string | null;
  mode: "normal" | "history";
  clears: boolean;
}

/** A file on its way into the app. It goes from state to state until it is at its goal. */
export interface ImportJob extends ImportAsked {
  id: string;
  entity: string | null;
  kind: "records" | "events" | "compare";
  state: ImportState;
  goal: ImportState;
  busy: boolean;
  file: { name: string; format: string };
  columns: { name: string; used: boolean }[];
  progress: { done: number; total: number };
  /** Rows by what became of them; beside them how often each field was written, and what was applied before an undo. */
  counts: Record<string, number> & { applied?: Record<string, number>; fields?: Record<string, number> };
  error: ImportError | null;
  created_at: string;
  changed_at: string;
}

export interface ImportRow {
  row: number;
  kind: string | null;
  record_id: string | null;
  key: string | null;
  cells: Record<string, string>;
  changes?: { field: string; before: unknown; after: unknown }[];
  errors?: ImportError[];
}

/** What a column may be brought into; `label` by locale. */
export interface ImportTarget {
  key: string;
  label: Record<string, string>;
  part: string;
  field: string | null;
  required: boolean;
  match: boolean;
}

/** How often a job that is on its way is asked how far it is. */
const PULSE = 600;
const FILE_TYPES: Record<string, string> = {
  csv: "text/csv",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** The type under which a file is sent, by its name; null: it is of no kind that can be brought in. */
export const importType = (name: string): string | null =>
  FILE_TYPES[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? null;

const jobPath = (app: string, id: string): string => `/apps/${app}/imports/${id}`;
const jobKey = (app: string, id: string) => ["import", app, id];

export async function startImport(app: string, entity: string, file: File): Promise<ImportJob> {
  const asked = {
    method: "POST" as const,
    query: { entity, name: file.name.slice(-200) },
    file,
    headers: { "content-type": importType(file.name) ?? "" },
  };
  return (await ask<ImportJob>(`/apps/${app}/imports`, asked)).data;
}

/** A job; looked at again and again while it is on its way. */
export function useImport(app: string, id: string) {
  return useQuery({
    queryKey: jobKey(app, id),
    queryFn: async ({ signal }) => (await ask<ImportJob>(jobPath(app, id), { signal })).data,
    refetchInterval: (query) => (query.state.data?.busy ? PULSE : false),
  });
}

/** One's own jobs, newest first. */
export function useImports(app: string) {
  return useQuery({
    queryKey: ["imports", app],
    queryFn: async ({ signal }) =>
      (await ask<{ items: ImportJob[] }>(`/apps/${app}/imports`, { query: { limit: 50 }, signal })).data
        .items,
  });
}

/** The first rows of a file, as they came. */
export function useSamples(app: string, id: string) {
  return useQuery({
    queryKey: [...jobKey(app, id), "samples"],
    queryFn: async ({ signal }) =>
      (await ask<{ items: ImportRow[] }>(`${jobPath(app, id)}/rows`, { query: { limit: 20 }, signal })).data
        .items,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useTargets(app: string, id: string, mode: ImportAsked["mode"]) {
  return useQuery({
    queryKey: [...jobKey(app, id), "targets", mode],
    queryFn: async ({ signal }) =>
      (await ask<{ targets: ImportTarget[] }>(`${jobPath(app, id)}/mapping`, { query: { mode }, signal }))
        .data.targets,
    placeholderData: keepPreviousData,
  });
}

/** Rows that became something, in portions; `stand` tells one look at the job from another. */
export function useImportRows(app: string, id: string, kind: string, stand: string) {
  return useInfiniteQuery({
    queryKey: [...jobKey(app, id), "rows", kind, stand],
    queryFn: async ({ pageParam, signal }) =>
      (
        await ask<{ items: ImportRow[]; next: number | null }>(`${jobPath(app, id)}/rows`, {
          query: { kind, after: pageParam, limit: 20 },
          signal,
        })
      ).data,
    initialPageParam: 0,
    getNextPageParam: (page) => page.next,
  });
}

export type ImportAct = "apply" | "undo" | "cancel";

/** Ask a job to go somewhere, or something else of it. */
export function useImportActs(app: string, id: string) {
  const queries = useQueryClient();
  const keep = (job: ImportJob) => queries.setQueryData(jobKey(app, id), job);
  const act = useMutation({
    mutationFn: async (word: ImportAct) =>
      (await ask<ImportJob>(`${jobPath(app, id)}/${word}`, { method: "POST" })).data,
    onSuccess: keep,
  });
  const remap = useMutation({
    mutationFn: async (asked: ImportAsked) =>
      (
        await ask<ImportJob>(`${jobPath(app, id)}/mapping`, {
          method: "PUT",
          body: {
            fields: asked.mapping.fields,
            columns: asked.mapping.columns,
            match: asked.match,
            mode: asked.mode,
            blank: asked.clears ? "clear" : "keep",
          },
        })
      ).data,
    onSuccess: keep,
  });
  return { act, remap };
}

/** The refused rows as a file that can be mended and brought in again. */
export const errorFileUrl = (app: string, id: string): string => urlOf(`${jobPath(app, id)}/errors.csv`);
