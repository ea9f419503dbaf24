import { ask } from "./http";

export interface StoredFile {
  id: string;
  name: string;
  size: number;
  type: string;
}

/** Upload one file; it is its uploader's until a record names it. */
export async function uploadFile(app: string, file: File): Promise<StoredFile> {
  const form = new FormData();
  form.append("file", file);
  return (await ask<StoredFile>(`/apps/${app}/files`, { method: "POST", form })).data;
}
