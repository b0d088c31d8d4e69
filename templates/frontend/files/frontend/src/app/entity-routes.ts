import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { PageError } from "@/ui/error-boundary";
import { rootRoute } from "./root";

type Page = () => Promise<{ default: ComponentType }>;

export interface EntityPages {
  path: string;
  list: Page;
  detail: Page;
  create: Page;
  edit: Page;
}

/** The four addresses of an entity; each page is loaded when it is first visited. */
export function entityRoutes({ path, ...pages }: EntityPages) {
  const page = (address: string, load: Page) =>
    createRoute({
      getParentRoute: () => rootRoute,
      path: address,
      component: lazyRouteComponent(load),
      errorComponent: PageError,
    });
  return [
    page(path, pages.list),
    page(`${path}/new`, pages.create),
    page(`${path}/$id`, pages.detail),
    page(`${path}/$id/edit`, pages.edit),
  ];
}
