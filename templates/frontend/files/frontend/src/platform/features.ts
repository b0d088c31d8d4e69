import type { AnyRoute } from "@tanstack/react-router";

/** A part of the application that can be switched off as a whole. */
export interface Feature {
  readonly name: string;
  readonly routes: readonly AnyRoute[];
}

const disabled = new Set((import.meta.env.VITE_DISABLED_FEATURES ?? "").split(","));

/** Whether a feature is part of this build: `VITE_DISABLED_FEATURES` lists those that are not. */
export function isEnabled(name: string): boolean {
  return !disabled.has(name);
}
