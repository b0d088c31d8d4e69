import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@/ui/icon";
import { type ListState, PAGE_SIZES } from "./search";

interface PaginationProps {
  state: ListState;
  total: number;
}

/** How many pages there are; a list without rows has one. */
export function pageCount(total: number, size: number): number {
  return Math.max(1, Math.ceil(total / size));
}

export function Pagination({ state, total }: PaginationProps) {
  const { t } = useTranslation();
  const id = useId();
  const { change, page, size } = state;
  const pages = pageCount(total, size);
  const from = Math.min((page - 1) * size + 1, total);
  const to = Math.min(page * size, total);
  return (
    <div className="pagination">
      <span className="number">{t("list.range", { from, to, total })}</span>
      <label htmlFor={id}>{t("list.size")}</label>
      <select
        id={id}
        value={size}
        onChange={(event) => {
          change({ size: event.target.value });
        }}
      >
        {PAGE_SIZES.map((count) => (
          <option key={count}>{count}</option>
        ))}
      </select>
      <div className="pagination-steps">
        <button
          type="button"
          className="button"
          disabled={page <= 1}
          onClick={() => {
            change({ page: String(page - 1) });
          }}
        >
          <Icon name="left" />
          {t("actions.previous")}
        </button>
        <span>{t("list.page", { page, pages })}</span>
        <button
          type="button"
          className="button"
          disabled={page >= pages}
          onClick={() => {
            change({ page: String(page + 1) });
          }}
        >
          {t("actions.next")}
          <Icon name="right" />
        </button>
      </div>
    </div>
  );
}
