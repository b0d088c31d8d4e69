import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type { Id, ListQuery, Page, Row } from "./types";

/** The operations on one collection of the API. */
export type Resource<R extends Row, Write> = ReturnType<typeof createResource<R, Write>>;

/** Under which keys the answers about a collection are cached. */
export function keysOf(path: string) {
  return {
    all: [path] as const,
    list: (query: ListQuery) => [path, "list", query] as const,
    pages: (query: ListQuery) => [path, "pages", query] as const,
    detail: (id: Id) => [path, "detail", String(id)] as const,
  };
}

/** Typed access to the collection at this path, such as `/books`. */
export function createResource<R extends Row, Write>(path: string) {
  const keys = keysOf(path);
  const item = (id: Id) => `${path}/${encodeURIComponent(id)}`;
  return {
    path,
    list: (query: ListQuery) =>
      queryOptions({
        queryKey: keys.list(query),
        queryFn: ({ signal }) => request<Page<R>>("GET", path, { query, signal }),
        placeholderData: keepPreviousData,
      }),
    detail: (id: Id) =>
      queryOptions({
        queryKey: keys.detail(id),
        queryFn: ({ signal }) => request<R>("GET", item(id), { signal }),
      }),
    create: (body: Write) => request<R>("POST", path, { body }),
    update: (id: Id, body: Partial<Write>, version?: number) =>
      request<R>("PATCH", item(id), { body, version }),
    remove: (id: Id, version?: number) => request<undefined>("DELETE", item(id), { version }),
  };
}

/** Pages of a collection one after the other, for pickers. */
export function pagesOf(path: string, query: ListQuery) {
  return infiniteQueryOptions({
    queryKey: keysOf(path).pages(query),
    queryFn: ({ pageParam, signal }) =>
      request<Page<Row>>("GET", path, { query: { ...query, page: pageParam }, signal }),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.size < last.total ? last.page + 1 : undefined),
  });
}
