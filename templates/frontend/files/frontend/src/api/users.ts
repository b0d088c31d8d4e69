import { queryOptions } from "@tanstack/react-query";
import { request } from "./client";
import type { Page, Token, User } from "./types";

export function requestToken(email: string, password: string): Promise<Token> {
  const body = new URLSearchParams({ username: email, password });
  return request<Token>("POST", "/auth/token", { body });
}

/** The account that this token belongs to. */
export function currentUser(token: string | null) {
  return queryOptions({
    queryKey: ["/auth/me", token],
    queryFn: ({ signal }) => request<User>("GET", "/auth/me", { signal, token }),
    enabled: token !== null,
    staleTime: 5 * 60_000,
  });
}

/** Names of the accounts, to show who changed a row. */
export const userNames = queryOptions({
  queryKey: ["/users", "names"],
  queryFn: ({ signal }) => request<Page<User>>("GET", "/users", { query: { size: 100 }, signal }),
  staleTime: 5 * 60_000,
  select: (page) => new Map(page.items.map((user) => [user.id, user.name])),
});
