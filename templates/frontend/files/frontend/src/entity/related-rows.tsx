import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { pagesOf } from "@/api/resource";
import type { Row } from "@/api/types";
import { useSession } from "@/auth/session";
import { Icon } from "@/ui/icon";
import { Loading, ProblemCard } from "@/ui/states";
import { idOf, nameOf, type Related } from "./definition";

const PAGE_SIZE = 10;

interface RelatedRowsProps {
  related: Related;
  row: Row;
  /** What stands for the row. */
  name: string;
  title: string;
}

/** Rows of another entity that point to this row, with a way to add one. */
export function RelatedRows({ name, related, row, title }: RelatedRowsProps) {
  const { t } = useTranslation();
  const { may } = useSession();
  const id = idOf(row.id);
  const { field, target } = related;
  const canRead = may(related.read);
  const query = { size: PAGE_SIZE, [`${field}_id`]: id };
  const pages = useInfiniteQuery({ ...pagesOf(target.path, query), enabled: canRead });
  if (!canRead) return null;
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const total = pages.data?.pages[0]?.total ?? 0;
  return (
    <section className="related">
      <div className="section-head">
        <h2>
          {title} {total > 0 && <span className="count">{total}</span>}
        </h2>
        {may(related.create) && !(related.isSingle === true && total > 0) && (
          <Link
            to={`${target.path}/new`}
            search={{ [`${field}_id`]: id, [`${field}_name`]: name }}
            className="button"
            aria-label={`${t("actions.add")}: ${title}`}
          >
            <Icon name="add" />
            {t("actions.add")}
          </Link>
        )}
      </div>
      {pages.isPending && <Loading />}
      {pages.error !== null && (
        <ProblemCard error={pages.error} onRetry={() => void pages.refetch()} />
      )}
      {pages.isSuccess && total === 0 && <p className="none">{t("list.empty")}</p>}
      <ul className="related-list">
        {rows.map((other) => (
          <li key={other.id}>
            <Link to={`${target.path}/$id`} params={{ id: idOf(other.id) }}>
              {nameOf(other, target.display)}
            </Link>
          </li>
        ))}
      </ul>
      {pages.hasNextPage && (
        <button type="button" className="button" onClick={() => void pages.fetchNextPage()}>
          {t("actions.more")}
        </button>
      )}
    </section>
  );
}
