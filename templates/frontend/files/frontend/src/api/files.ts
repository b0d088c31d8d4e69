import { queryOptions } from "@tanstack/react-query";
import { download, request } from "./client";
import type { StoredFile } from "./types";

export function uploadFile(file: File): Promise<StoredFile> {
  const body = new FormData();
  body.append("file", file);
  return request<StoredFile>("POST", "/files", { body });
}

/** The content of a stored file, kept as long as it is shown somewhere. */
export function fileContent(id: string) {
  return queryOptions({
    queryKey: ["/files", id],
    queryFn: ({ signal }) => download(`/files/${encodeURIComponent(id)}`, signal),
    staleTime: Infinity,
  });
}
