import {
  hashKey,
  type InfiniteData,
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { ask } from "./http";
import { onceKey } from "./once";
import { isProblem } from "./problem";

/** A record on the wire: flat, decimals as texts, references as ids (see the contract). */
export interface RecordData {
  id: string;
  version: number;
  expand?: Record<string, RecordData | RecordData[] | null>;
  [field: string]: unknown;
}

export interface Page {
  items: RecordData[];
  next: string | null;
  count: { value: number; exact: boolean } | null;
}

export interface ListAsked {
  filter?: string;
  sort?: string;
  search?: string;
  fields?: string;
  expand?: string;
  limit?: number;
  count?: "none" | "capped" | "exact";
}

export const recordsPath = (app: string, entity: string): string => `/apps/${app}/records/${entity}`;

export async function readPage(
  app: string,
  entity: string,
  asked: ListAsked & { cursor?: string },
  signal?: AbortSignal,
): Promise<Page> {
  return (await ask<Page>(recordsPath(app, entity), { query: { ...asked }, signal })).data;
}

/** Pages of a list, one after another by keyset; those behind the first may be larger. */
export function useRecords(
  app: string,
  entity: string,
  asked: ListAsked,
  enabled = true,
  later = asked.limit,
) {
  return useInfiniteQuery({
    queryKey: ["records", app, entity, asked],
    queryFn: ({ pageParam, signal }) =>
      readPage(app, entity, pageParam ? { ...asked, limit: later, cursor: pageParam } : asked, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** A page with a record as it is now; without it where it can no longer be read. */
export function withRow(page: Page, id: string, now: RecordData | null): Page {
  if (!page.items.some((row) => row.id === id)) return page;
  if (!now) return { ...page, items: page.items.filter((row) => row.id !== id) };
  const shown = (row: RecordData): RecordData => {
    const kept = Object.entries(now).filter(([key]) => key in row || key === "expand");
    return { expand: row.expand, ...(Object.fromEntries(kept) as RecordData) };
  };
  return { ...page, items: page.items.map((row) => (row.id === id ? shown(row) : row)) };
}

/** Whether a record refers to what it referred to before, so that the names that came with it are still those. */
export const refersAlike = (expand: string, before: RecordData, now: RecordData): boolean =>
  expand
    .split(",")
    .filter(Boolean)
    .map((key) => (key in now ? key : `${key}_id`))
    .every((key) => JSON.stringify(now[key]) === JSON.stringify(before[key]));

/** Puts a record as it is now into the list that shows it, which is not read anew for that; other lists are. */
export function useFreshRow(app: string, entity: string, asked: ListAsked) {
  const queries = useQueryClient();
  const own = ["records", app, entity, asked];
  const expand = asked.expand ?? "";

  async function read(id: string): Promise<RecordData | null> {
    try {
      return await readRecord(app, entity, id, { expand, fields: asked.fields });
    } catch (error) {
      if (isProblem(error) && error.status === 404) return null;
      throw error;
    }
  }

  /** @param written what a write answered, which comes without the names of what it refers to. */
  return async (id: string, written?: RecordData) => {
    const before = queries
      .getQueryData<InfiniteData<Page>>(own)
      ?.pages.flatMap((page) => page.items)
      .find((row) => row.id === id);
    const isWhole = written && before && refersAlike(expand, before, written);
    const now = isWhole ? written : await read(id);
    queries.setQueryData<InfiniteData<Page>>(own, (old) =>
      old ? { ...old, pages: old.pages.map((page) => withRow(page, id, now)) } : old,
    );
    void queries.invalidateQueries({
      queryKey: ["records", app],
      predicate: (query) => hashKey(query.queryKey) !== hashKey(own),
    });
    void queries.invalidateQueries({ queryKey: ["record", app, entity, id] });
  };
}

/** How many records a list has, up to a bound; asked beside the rows, which do not wait for it. */
export function useCount(app: string, entity: string, asked: Pick<ListAsked, "filter" | "search">) {
  return useQuery({
    queryKey: ["records", app, entity, "count", asked],
    queryFn: async ({ signal }) =>
      (await readPage(app, entity, { ...asked, fields: "id", limit: 1, count: "capped" }, signal)).count,
  });
}

/** A record, or some of its fields, with the names of what it refers to where `expand` asks for them. */
export async function readRecord(
  app: string,
  entity: string,
  id: string,
  shown: { expand?: string; fields?: string } = {},
  signal?: AbortSignal,
) {
  return (await ask<RecordData>(`${recordsPath(app, entity)}/${id}`, { query: { ...shown }, signal })).data;
}

export function useRecord(app: string, entity: string, id: string | undefined, expand = "") {
  return useQuery({
    queryKey: ["record", app, entity, id, expand],
    queryFn: ({ signal }) => readRecord(app, entity, id ?? "", { expand }, signal),
    enabled: Boolean(id),
  });
}

/** A new key under which a request may be repeated without being done twice. */
export async function createRecord(app: string, entity: string, values: object, form = "", key = onceKey()) {
  return await ask<RecordData>(recordsPath(app, entity), {
    method: "POST",
    query: { form },
    body: values,
    headers: { "idempotency-key": key },
  });
}

/** Change fields; with `version` only where nobody else has changed the record meanwhile (412 `stale`). */
export async function changeRecord(
  app: string,
  entity: string,
  id: string,
  values: object,
  version?: number,
  form = "",
) {
  return await ask<RecordData>(`${recordsPath(app, entity)}/${id}`, {
    method: "PATCH",
    query: { form },
    body: values,
    headers: version === undefined ? {} : { "if-match": `"${version}"` },
  });
}

/** Put a record into the bin; with `version` only where nobody has changed it meanwhile. */
export async function deleteRecord(app: string, entity: string, id: string, version: number) {
  await ask(`${recordsPath(app, entity)}/${id}`, {
    method: "DELETE",
    headers: { "if-match": `"${version}"` },
  });
}

export interface Move {
  to: string;
  field?: string;
  values?: Record<string, unknown>;
  evidence?: { key: string; file_id: string }[];
  note?: string;
  override?: string;
  dry_run?: boolean;
}

export async function moveRecord<T = RecordData>(app: string, entity: string, id: string, move: Move) {
  return await ask<T>(`${recordsPath(app, entity)}/${id}/transition`, { method: "POST", body: move });
}
