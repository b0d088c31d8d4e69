import { Link, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "@/ui/states";
import { useSession } from "./session";

interface GuardProps {
  /** Roles of which the visitor needs one. */
  roles: readonly string[];
  children: ReactNode;
}

/** Shows a page to those who may see it, and a way in to the others. */
export function Guard({ children, roles }: GuardProps) {
  const { t } = useTranslation();
  const { isLoading, may, user } = useSession();
  const { href } = useLocation();
  if (may(roles)) return children;
  if (isLoading) return <Loading />;
  return (
    <div className="page page-narrow">
      <h1>{user === null ? t("login.title") : t("errors.forbidden_title")}</h1>
      <p>{user === null ? t("login.required") : t("errors.forbidden")}</p>
      {user === null && (
        <Link to="/login" search={{ next: href }} className="button button-primary">
          {t("actions.log_in")}
        </Link>
      )}
    </div>
  );
}
