import { ApiProblem, type ProblemBody } from "./problem";

const BASE = "/api/v1";

export interface Asked {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** Words of the query; those without a value are left out. */
  query?: Record<string, string | number | boolean | null | undefined>;
  /** A JSON body, a file to upload as it is, or one inside of a form. */
  body?: unknown;
  file?: Blob;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Answered<T> {
  data: T;
  etag: string | null;
  status: number;
}

let locale = "zh-CN";

/** The language in which the server answers. */
export function speak(language: string): void {
  locale = language;
}

/** Called when the server no longer knows who asks. */
let onSignedOut: () => void = () => {};
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export function urlOf(path: string, query: Asked["query"] = {}): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") words.set(name, String(value));
  }
  const text = words.toString();
  return `${BASE}${path}${text ? `?${text}` : ""}`;
}

/**
 * One request to the platform.
 *
 * @throws ApiProblem for everything that is refused, and when the server cannot be reached.
 */
export async function ask<T>(path: string, asked: Asked = {}): Promise<Answered<T>> {
  const headers: Record<string, string> = { "accept-language": locale, ...asked.headers };
  if (asked.body !== undefined) headers["content-type"] = "application/json";
  const response = await reach(urlOf(path, asked.query), {
    method: asked.method ?? "GET",
    headers,
    credentials: "same-origin",
    body: asked.form ?? asked.file ?? (asked.body === undefined ? null : JSON.stringify(asked.body)),
    signal: asked.signal ?? null,
  });
  if (response.ok) {
    const text = await response.text();
    const data = (text ? JSON.parse(text) : null) as T;
    return { data, etag: response.headers.get("etag"), status: response.status };
  }
  const problem = await problemOf(response);
  if (problem.status === 401 && path !== "/auth/login") onSignedOut();
  throw problem;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem({ type: "about:blank", title: "offline", status: 0, code: "offline", detail: "" });
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  let body: Partial<ProblemBody> = {};
  try {
    body = (await response.json()) as Partial<ProblemBody>;
  } catch {
    // A proxy in between may answer with a page of its own: the status says enough.
  }
  return new ApiProblem({
    type: "about:blank",
    title: response.statusText,
    code: "unknown",
    detail: "",
    ...body,
    status: response.status,
  });
}
