import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { Icon } from "./icon";
import { detailText, serverText } from "./server-text";

export function Loading() {
  const { t } = useTranslation();
  return (
    <div className="state state-loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {t("list.loading")}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="state">{children}</div>;
}

interface ProblemProps {
  error: unknown;
  onRetry?: () => void;
}

/** What went wrong, in words, with a way to try again. */
export function ProblemCard({ error, onRetry }: ProblemProps) {
  const { t } = useTranslation();
  const { text, title } = describeError(error, t);
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
        {onRetry !== undefined && (
          <button type="button" className="button" onClick={onRetry}>
            {t("actions.retry")}
          </button>
        )}
      </div>
    </div>
  );
}

/** Title and sentence for an error; the server's own words where they are not known here. */
export function describeError(error: unknown, t: TFunction): { title: string; text: string } {
  if (!(error instanceof ApiError)) return { title: t("errors.title"), text: t("errors.crash") };
  switch (error.status) {
    case 0:
      return { title: t("errors.title"), text: t("errors.network") };
    case 401:
      return { title: t("login.title"), text: t("login.required") };
    case 403:
      return { title: t("errors.forbidden_title"), text: t("errors.forbidden") };
    case 404:
      return { title: t("errors.not_found_title"), text: t("errors.not_found") };
    default:
      return { title: t("errors.title"), text: refusalText(error, t) };
  }
}

function refusalText(error: ApiError, t: TFunction): string {
  if (error.fields.length > 0) {
    const texts = error.fields.map((problem) => serverText(problem, t));
    return [...new Set(texts)].join(" ");
  }
  const detail = detailText(error.detail, t);
  switch (error.status) {
    case 409:
      // SQLite does not tell which of two rules was broken; the request does.
      if (detail === undefined) return isDeletion(error) ? t("server.in_use") : t("errors.used");
      if (!detail.startsWith("Other rows still use this one. Or: ")) return detail;
      return isDeletion(error) ? t("server.in_use") : t("server.gone");
    case 412:
      return t("errors.changed");
    case 413:
      return t("server.too_large");
    case 429:
      return t("errors.too_often");
    default:
      return error.status >= 500 ? t("errors.server") : (detail ?? error.title);
  }
}

function isDeletion({ method }: ApiError): boolean {
  return method === "DELETE";
}
