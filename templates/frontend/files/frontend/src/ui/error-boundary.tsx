import type { ErrorComponentProps } from "@tanstack/react-router";
import { ProblemCard } from "./states";

/** Shown in place of a page that failed while it was drawn. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <div className="page">
      <ProblemCard error={error} onRetry={reset} />
    </div>
  );
}
