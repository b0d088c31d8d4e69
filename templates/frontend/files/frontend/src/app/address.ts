import { useParams, useSearch } from "@tanstack/react-router";

/** The key of the row that the address names; empty where it names none. */
export function useRowId(): string {
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  return typeof params.id === "string" ? params.id : "";
}

/** The query of the address; every value is a text. */
export function useQueryEntries(): Readonly<Record<string, string>> {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const isText = (entry: [string, unknown]): entry is [string, string] =>
    typeof entry[1] === "string";
  return Object.fromEntries(Object.entries(search).filter(isText));
}
