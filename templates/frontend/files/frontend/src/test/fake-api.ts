import { vi } from "vitest";
import type { Id, Page, Problem, Ref, Row, StoredFile, Token, User } from "@/api/types";

type Json = Record<string, unknown>;
export type FakeRow = Json & { id: Id };
export type Collections = Readonly<Record<string, readonly FakeRow[]>>;

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  version: string | null;
  body: unknown;
}

export const ADMIN: Required<User> = {
  id: "00000000-0000-4000-8000-000000000001",
  email: "ada@example.com",
  name: "Ada Admin",
  roles: ["admin"],
};
export const PASSWORD = "correct horse battery";

/** The server's side of the API, in memory: collections with filters, versions and problems. */
export class FakeApi {
  readonly calls: Call[] = [];
  user: User | null = ADMIN;
  private readonly collections: Map<string, FakeRow[]>;
  private readonly refusals: { method: string; problem: Problem }[] = [];
  private files = 0;

  constructor(collections: Collections) {
    const copied = Object.entries(collections).map(
      ([path, rows]) => [path, structuredClone(rows) as FakeRow[]] as const,
    );
    this.collections = new Map(copied);
  }

  /** Answers the next request of this method with a problem. */
  refuse(method: string, problem: Problem): void {
    this.refusals.push({ method, problem });
  }

  rows(path: string): FakeRow[] {
    return this.collections.get(path) ?? [];
  }

  callsOf(method: string): Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  install(): this {
    vi.stubGlobal("fetch", (input: string, init: RequestInit = {}) => this.fetch(input, init));
    return this;
  }

  private async fetch(input: string, init: RequestInit): Promise<Response> {
    const url = new URL(input, "http://fake");
    const headers = new Headers(init.headers);
    const call: Call = {
      method: init.method ?? "GET",
      path: url.pathname.replace(/^\/api\/v1/, ""),
      query: url.searchParams,
      version: headers.get("If-Match"),
      body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : init.body,
    };
    this.calls.push(call);
    await Promise.resolve();
    const refusal = this.refusals.findIndex(({ method }) => method === call.method);
    if (refusal >= 0) return problem(this.refusals.splice(refusal, 1)[0]?.problem);
    return this.answer(call, headers.has("Authorization"));
  }

  private answer(call: Call, isLoggedIn: boolean): Response {
    const { method, path } = call;
    if (path === "/auth/token") return this.logIn(call.body);
    if (path === "/auth/me") {
      return isLoggedIn && this.user !== null ? json(this.user) : problem(UNAUTHORIZED);
    }
    if (path === "/files" && method === "POST") return this.store(call.body);
    if (path.startsWith("/files/")) return new Response(new Blob(["content"]));
    const [, collection = "", id] = /^(\/[^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    const rows =
      this.collections.get(collection) ?? (collection === "/users" ? [ADMIN] : undefined);
    if (rows === undefined) return problem(NOT_FOUND);
    if (id === undefined) {
      return method === "POST"
        ? this.create(rows as FakeRow[], call)
        : list(rows as FakeRow[], call);
    }
    return this.item(rows as FakeRow[], decodeURIComponent(id), call);
  }

  private logIn(body: unknown): Response {
    if (!(body instanceof URLSearchParams) || body.get("password") !== PASSWORD) {
      return problem(UNAUTHORIZED);
    }
    const token: Token = { access_token: "renewed", token_type: "bearer", expires_in: 3600 };
    return json(token);
  }

  private store(body: unknown): Response {
    const file = body instanceof FormData ? body.get("file") : null;
    if (!(file instanceof File)) return problem({ title: "No file", status: 422 });
    this.files += 1;
    const stored: StoredFile = {
      id: `file-${this.files}`,
      name: file.name,
      size: file.size,
      content_type: file.type,
    };
    return json(stored, 201);
  }

  private create(rows: FakeRow[], call: Call): Response {
    const written = call.body as Json;
    const id = typeof written.id === "string" ? written.id : `new-${rows.length + 1}`;
    const row = { ...this.read(written), id, version: 1 };
    rows.push(row);
    return json(row, 201);
  }

  private item(rows: FakeRow[], id: string, call: Call): Response {
    const index = rows.findIndex((row) => String(row.id) === id);
    const row = rows[index];
    if (row === undefined) return problem(NOT_FOUND);
    if (call.method === "GET") return json(row);
    const version = typeof row.version === "number" ? row.version : 1;
    if (call.version !== null && call.version !== `"${version}"`) {
      return problem({ title: "Changed", status: 412 });
    }
    if (call.method === "DELETE") {
      rows.splice(index, 1);
      return new Response(null, { status: 204 });
    }
    Object.assign(row, this.read(call.body as Json));
    if (typeof row.version === "number") row.version = version + 1;
    return json(row);
  }

  /** The read shape of what was written: ids of related rows become references. */
  private read(written: Json): Json {
    const read: Json = {};
    for (const [name, value] of Object.entries(written)) {
      read[name] = Array.isArray(value) ? value.map((each: unknown) => this.linked(each)) : value;
      if (name.endsWith("_id")) read[name.slice(0, -3)] = this.reference(value);
    }
    return read;
  }

  private linked(value: unknown): unknown {
    const isLink = typeof value === "object" && value !== null && "id" in value;
    return isLink ? { ...value, ...this.reference(value.id) } : value;
  }

  private reference(id: unknown): Ref | null {
    if (typeof id !== "string" && typeof id !== "number") return null;
    for (const rows of [...this.collections.values(), [ADMIN as unknown as FakeRow]]) {
      const row = rows.find((each) => each.id === id);
      if (row !== undefined) return { id, display: nameOf(row) };
    }
    return { id, display: String(id) };
  }
}

const NOT_FOUND: Problem = { title: "Not Found", status: 404 };
const UNAUTHORIZED: Problem = { title: "Unauthorized", status: 401 };

function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

function problem(body: Problem = NOT_FOUND): Response {
  const headers = { "Content-Type": "application/problem+json" };
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

function nameOf(row: Row): string {
  const text = Object.values(row as object).find((value) => typeof value === "string");
  return typeof text === "string" ? text : String(row.id);
}

function list(rows: readonly FakeRow[], { query }: Call): Response {
  const page = Number(query.get("page") ?? 1);
  const size = Number(query.get("size") ?? 20);
  const wanted = [...query].filter(([name]) => !["page", "size", "sort"].includes(name));
  const found = rows.filter((row) => wanted.every(([name, value]) => matches(row, name, value)));
  const sort = query.get("sort") ?? "";
  if (sort !== "") {
    const name = sort.replace(/^-/, "");
    found.sort((one, other) => compare(text(one, name), text(other, name)));
    if (sort.startsWith("-")) found.reverse();
  }
  const answer: Page<FakeRow> = {
    items: found.slice((page - 1) * size, page * size),
    total: found.length,
    page,
    size,
  };
  return json(answer);
}

function matches(row: FakeRow, parameter: string, value: string): boolean {
  if (parameter === "q") {
    const word = value.toLowerCase();
    return Object.keys(row).some((name) => text(row, name).toLowerCase().includes(word));
  }
  const [, name = "", operator = "eq"] = /^(.+?)(?:__([a-z]+))?$/.exec(parameter) ?? [];
  const own = text(row, name);
  switch (operator) {
    case "eq":
      return own === value || own.split("\n").includes(value);
    case "ne":
      return own !== value;
    case "contains":
      return own.toLowerCase().includes(value.toLowerCase());
    case "null":
      return (own === "") === (value === "true");
    case "ge":
      return own !== "" && compare(own, value) >= 0;
    case "le":
      return own !== "" && compare(own, value) <= 0;
    case "gt":
      return own !== "" && compare(own, value) > 0;
    case "lt":
      return own !== "" && compare(own, value) < 0;
    default:
      throw new Error(`The API knows no filter ${parameter}.`);
  }
}

/** A value as text; references by their ids, one a line. */
function text(row: FakeRow, name: string): string {
  const value = row[name] ?? (name.endsWith("_id") ? row[name.slice(0, -3)] : undefined);
  if (Array.isArray(value)) return value.map((each: unknown) => plain(each)).join("\n");
  return plain(value);
}

function plain(value: unknown): string {
  if (typeof value === "object" && value !== null && "id" in value) return plain(value.id);
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

function compare(one: string, other: string): number {
  const difference = Number(one) - Number(other);
  return Number.isNaN(difference) ? (one < other ? -1 : Number(one > other)) : difference;
}
