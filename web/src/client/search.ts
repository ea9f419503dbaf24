import { ask } from "./http";

/** A record that was found, with the words around the place where the text stands, if not in its name. */
export interface Hit {
  entity: string;
  id: string;
  name: string | null;
  excerpt: { field: string; text: string } | null;
}

/** A few records of each entity in which every word is found. */
export async function searchApp(app: string, text: string, signal: AbortSignal): Promise<Hit[]> {
  return (await ask<{ items: Hit[] }>(`/apps/${app}/search`, { query: { text, each: 3 }, signal })).data
    .items;
}
