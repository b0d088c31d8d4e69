import { useId } from "react";
import { useTranslation } from "react-i18next";
import { type FieldSpec, isSortable } from "./definition";
import type { Labels } from "./labels";

interface SortSelectProps {
  columns: readonly FieldSpec[];
  labels: Labels;
  /** The field, with `-` before it for the other direction; empty: as the server likes. */
  sort: string;
  onSort: (sort: string) => void;
}

/** Sorts where the screen is too narrow for the head of the table. */
export function SortSelect({ columns, labels, onSort, sort }: SortSelectProps) {
  const { t } = useTranslation();
  const id = useId();
  const names = new Set(columns.filter(isSortable).map(({ name }) => name));
  if (sort !== "") names.add(sort.replace(/^-/, "")); // its column may be hidden
  if (names.size === 0) return null;
  return (
    <div className="sort-select">
      <label htmlFor={id}>{t("list.sort")}</label>
      <select
        id={id}
        value={sort}
        onChange={(event) => {
          onSort(event.target.value);
        }}
      >
        <option value="">{t("list.unsorted")}</option>
        {Array.from(names, (name) => [
          <option key={name} value={name}>
            {t("list.ascending", { field: labels.field(name) })}
          </option>,
          <option key={`-${name}`} value={`-${name}`}>
            {t("list.descending", { field: labels.field(name) })}
          </option>,
        ])}
      </select>
    </div>
  );
}
