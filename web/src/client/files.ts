import { useQuery } from "@tanstack/react-query";
import { ask, urlOf } from "./http";
import { recordsPath } from "./records";

export interface StoredFile {
  id: string;
  name: string;
  size: number;
  type: string;
}

/** A file that a record shows: of a field, or as evidence at a gate. */
export interface RecordFile extends StoredFile {
  field: string | null;
  requirement: string | null;
  at: string;
  by: { id: string; name: string | null } | null;
}

/** Upload one file; it is its uploader's until a record names it. */
export async function uploadFile(app: string, file: File): Promise<StoredFile> {
  const form = new FormData();
  form.append("file", file);
  return (await ask<StoredFile>(`/apps/${app}/files`, { method: "POST", form })).data;
}

export const fileUrl = (app: string, id: string): string => urlOf(`/apps/${app}/files/${id}`);

/** The files of a record with their names. */
export function useRecordFiles(app: string, entity: string, id: string | undefined) {
  return useQuery({
    queryKey: ["record", app, entity, id, "files"],
    queryFn: async ({ signal }) =>
      (await ask<{ items: RecordFile[] }>(`${recordsPath(app, entity)}/${id}/files`, { signal })).data.items,
    enabled: Boolean(id),
  });
}
