import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { userNames } from "@/api/users";
import { useSession } from "@/auth/session";
import { asText } from "@/forms/values";
import { formatDateTime } from "@/lib/format";
import { valueOf } from "./definition";

/** When and by whom a row was made and changed, where the server keeps that. */
export function History({ row }: { row: Row }) {
  const { i18n, t } = useTranslation();
  const { user } = useSession();
  const names = useQuery({ ...userNames, enabled: user !== null });
  const entries = (["created", "updated"] as const).map((what) => ({
    what,
    at: asText(valueOf(row, `${what}_at`)),
    by: asText(valueOf(row, `${what}_by`)),
  }));
  if (entries.every(({ at }) => at === "")) return null;
  return (
    <p className="history">
      {entries.map(({ at, by, what }) => (
        <span key={what}>
          {t(`columns.${what}_at`)} <time dateTime={at}>{formatDateTime(at, i18n.language)}</time>
          {names.data?.get(by) !== undefined && ` · ${names.data.get(by) ?? ""}`}
        </span>
      ))}
    </p>
  );
}
