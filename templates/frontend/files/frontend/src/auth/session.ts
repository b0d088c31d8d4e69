import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { getToken, onTokenChange } from "@/api/token";
import type { User } from "@/api/types";
import { currentUser } from "@/api/users";

/** Which roles may do what. `public`: anybody; `user`: anybody logged in; `admin` always may. */
export interface Permissions {
  readonly create: readonly string[];
  readonly read: readonly string[];
  readonly update: readonly string[];
  readonly delete: readonly string[];
}

export interface Session {
  /** Null when nobody is logged in, or while the account is still loading. */
  user: User | null;
  isLoading: boolean;
  /** Whether this visitor has one of the roles. */
  may: (roles: readonly string[]) => boolean;
}

export function useSession(): Session {
  const token = useSyncExternalStore(onTokenChange, getToken);
  const { data, isLoading } = useQuery(currentUser(token));
  const user = token === null ? null : (data ?? null);
  return { user, isLoading, may: (roles) => isAllowed(user, roles) };
}

export function isAllowed(user: User | null, roles: readonly string[]): boolean {
  if (roles.includes("public")) return true;
  if (user === null) return false;
  const own = user.roles ?? [];
  return (
    own.includes("admin") || roles.includes("user") || roles.some((role) => own.includes(role))
  );
}
