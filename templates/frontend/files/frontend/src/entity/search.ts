import { useNavigate } from "@tanstack/react-router";
import type { ListQuery } from "@/api/types";
import { useQueryEntries } from "@/app/address";

export const PAGE_SIZES = [10, 20, 50, 100] as const;
const DEFAULT_SIZE = 20;
const RESERVED: readonly string[] = ["page", "size", "sort", "q"];

/** What a list shows, as its address says it: Back works and an address can be shared. */
export interface ListState {
  page: number;
  size: number;
  sort: string;
  q: string;
  /** Active filters, such as `price__ge` → `3`. */
  filters: Readonly<Record<string, string>>;
  /** The query for the API. */
  query: ListQuery;
  /** Changes some entries of the address; `undefined` and empty texts leave it. */
  change: (entries: Readonly<Record<string, string | undefined>>) => void;
}

export function useListState(): ListState {
  const navigate = useNavigate();
  const entries = useQueryEntries();
  const page = Math.max(1, Math.trunc(Number(entries.page)) || 1);
  const wanted = Number(entries.size);
  const size = PAGE_SIZES.find((known) => known === wanted) ?? DEFAULT_SIZE;
  const filters = Object.fromEntries(
    Object.entries(entries).filter(([name]) => !RESERVED.includes(name)),
  );
  const sort = entries.sort ?? "";
  const q = entries.q ?? "";
  return {
    page,
    size,
    sort,
    q,
    filters,
    query: { ...filters, q, sort, page, size },
    change: (changed) => {
      const next: Record<string, string | undefined> = { ...entries, page: undefined, ...changed };
      const kept = Object.entries(next).filter(([, value]) => value !== undefined && value !== "");
      void navigate({ to: ".", search: Object.fromEntries(kept), replace: true });
    },
  };
}
