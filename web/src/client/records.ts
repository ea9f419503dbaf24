import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ask } from "./http";
import { onceKey } from "./once";

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

/** Pages of a list, one after another by keyset. */
export function useRecords(app: string, entity: string, asked: ListAsked, enabled = true) {
  return useInfiniteQuery({
    queryKey: ["records", app, entity, asked],
    queryFn: ({ pageParam, signal }) =>
      readPage(app, entity, pageParam ? { ...asked, cursor: pageParam } : asked, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
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
