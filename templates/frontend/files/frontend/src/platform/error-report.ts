import { useEffect } from "react";
import { ApiError } from "@/api/client";

/** What is told about an error; nothing of what a visitor entered. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly address: string;
}

const endpoint = import.meta.env.VITE_ERROR_REPORT_URL ?? "";

/** Sends a report of an unexpected error to the address that the build names, if it names one. */
export function reportError(error: unknown): void {
  if (endpoint === "" || isExpected(error)) return;
  navigator.sendBeacon(endpoint, JSON.stringify(describe(error)));
}

/** Reports an error once, when it is first shown. */
export function useErrorReport(error: unknown): void {
  useEffect(() => {
    reportError(error);
  }, [error]);
}

export function describe(error: unknown): ErrorReport {
  const known = error instanceof Error ? error : new Error(String(error));
  const { message, name, stack = "" } = known;
  return { name, message, stack, address: window.location.pathname };
}

/** Refusals and lost connections belong to everyday use. */
function isExpected(error: unknown): boolean {
  return error instanceof ApiError && error.status < 500;
}
