import { endToken, getToken } from "./token";
import type { FieldProblem, ListQuery, Problem } from "./types";

const BASE = "/api/v1";

/** A request that the server refused, or that did not reach it (status 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly fields: readonly FieldProblem[];
  /** The method of the request. */
  readonly method: string;

  constructor(problem: Problem, method: string) {
    super(problem.detail ?? problem.title);
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
    this.fields = problem.errors ?? [];
    this.method = method;
  }
}

export interface RequestOptions {
  query?: ListQuery | undefined;
  /** Sent as JSON, or as it is when it is form data. */
  body?: unknown;
  /** Only succeed when the row still has this version. */
  version?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Whose request it is, if not that of the visitor who is logged in. */
  token?: string | null;
}

/** Sends a request and returns the JSON of the answer; every failure is an `ApiError`. */
export async function request<T>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The content of a stored file. */
export async function download(path: string, signal?: AbortSignal): Promise<Blob> {
  const response = await send("GET", path, { signal });
  return response.blob();
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const { body, query, signal, token = getToken(), version } = options;
  const headers = new Headers({ Accept: "application/json" });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (version !== undefined) headers.set("If-Match", `"${version}"`);
  const init: RequestInit = { method, headers, signal: signal ?? null };
  if (body instanceof FormData || body instanceof URLSearchParams) {
    init.body = body;
  } else if (body !== undefined) {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    headers.set("Content-Type", type);
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(BASE + path + queryString(query), init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ title: "network", status: 0 }, method);
  }
  if (response.ok) return response;
  if (response.status === 401 && token !== null) endToken(token);
  throw new ApiError(await problemOf(response), method);
}

function queryString(query: ListQuery = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: response.statusText, status: response.status };
  if (!response.headers.get("Content-Type")?.includes("json")) return fallback;
  try {
    return { ...fallback, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return fallback;
  }
}
