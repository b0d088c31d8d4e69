import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { getEndedToken, getToken, onTokenChange } from "@/api/token";
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
  /** Whether the server has ended the session and the visitor has not logged in again. */
  hasEnded: boolean;
  /** Whether this visitor has one of the roles. */
  may: (roles: readonly string[]) => boolean;
}

export function useSession(): Session {
  const token = useSyncExternalStore(onTokenChange, getToken);
  const ended = useSyncExternalStore(onTokenChange, getEndedToken);
  const known = token ?? ended; // an account stays known until its visitor logs out
  const { data, isLoading } = useQuery({ ...currentUser(known), enabled: token !== null });
  const user = known === null ? null : (data ?? null);
  return { user, isLoading, hasEnded: ended !== null, may: (roles) => isAllowed(user, roles) };
}

export function isAllowed(user: User | null, roles: readonly string[]): boolean {
  if (roles.includes("public")) return true;
  if (user === null) return false;
  const own = user.roles ?? [];
  return (
    own.includes("admin") || roles.includes("user") || roles.some((role) => own.includes(role))
  );
}
