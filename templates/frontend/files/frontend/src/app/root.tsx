import { createRootRoute } from "@tanstack/react-router";
import { PageError } from "@/ui/error-boundary";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

/** The frame around every page. */
export const rootRoute = createRootRoute({
  component: Shell,
  errorComponent: PageError,
  notFoundComponent: NotFound,
});
