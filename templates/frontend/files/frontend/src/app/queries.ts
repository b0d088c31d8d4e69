import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/api/client";

const MOST_RETRIES = 2;

/** Answers are kept for half a minute; only failures that may pass are tried again. */
export function createQueryClient(retries = MOST_RETRIES): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (count, error) => count < retries && isPassing(error),
      },
    },
  });
}

function isPassing(error: Error): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}
