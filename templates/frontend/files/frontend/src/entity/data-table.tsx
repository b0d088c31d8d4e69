import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { Icon } from "@/ui/icon";
import { type FieldSpec, idOf, isSortable, nameOf, valueOf } from "./definition";
import type { Labels } from "./labels";
import { SortSelect } from "./sort-select";
import { Value } from "./value";

interface DataTableProps<R extends Row> {
  caption: string;
  /** Address of the collection's pages. */
  path: string;
  /** The field that links to a row. */
  display: string;
  rows: readonly R[];
  columns: readonly FieldSpec[];
  labels: Labels;
  sort?: string;
  onSort?: (sort: string) => void;
  /** Buttons at the end of a row. */
  actions?: (row: R) => ReactNode;
}

/** Rows as a table; on narrow screens each row becomes a block of labelled values. */
export function DataTable<R extends Row>(props: DataTableProps<R>) {
  const { actions, columns, labels, onSort, path, rows, sort = "" } = props;
  const { t } = useTranslation();
  const linked = columns.some(({ name }) => name === props.display)
    ? props.display
    : columns[0]?.name;
  return (
    <>
      {onSort !== undefined && (
        <SortSelect columns={columns} labels={labels} sort={sort} onSort={onSort} />
      )}
      <div className="table-frame">
        <table className="table">
          <caption className="visually-hidden">{props.caption}</caption>
          <thead>
            <tr>
              {columns.map((spec) => (
                <HeaderCell key={spec.name} spec={spec} {...props} />
              ))}
              {actions !== undefined && (
                <th scope="col">
                  <span className="visually-hidden">{t("list.actions")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                {columns.map((spec) => (
                  <td key={spec.name} data-label={labels.field(spec.name)} data-kind={spec.kind}>
                    {spec.name === linked ? (
                      <Link to={`${path}/$id`} params={{ id: idOf(row.id) }} className="row-link">
                        {linkText(row, spec, props.display) ?? (
                          <Value
                            spec={spec}
                            value={valueOf(row, spec.name)}
                            labels={labels}
                            isCompact
                          />
                        )}
                      </Link>
                    ) : (
                      <Value
                        spec={spec}
                        value={valueOf(row, spec.name)}
                        labels={labels}
                        isCompact
                      />
                    )}
                  </td>
                ))}
                {actions !== undefined && <td className="row-actions">{actions(row)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Links hold plain text: a link inside a link would not work. */
function linkText(row: Row, spec: FieldSpec, display: string): string | undefined {
  const isPlain = ["text", "multiline", "email", "url", "reference", "references"];
  if (!isPlain.includes(spec.kind)) return undefined;
  return spec.name === display ? nameOf(row, display) : idOf(row.id);
}

function HeaderCell<R extends Row>(props: DataTableProps<R> & { spec: FieldSpec }) {
  const { labels, onSort, sort = "", spec } = props;
  const name = spec.name;
  const label = labels.field(name);
  if (onSort === undefined || !isSortable(spec)) {
    return (
      <th scope="col" data-field={spec.name} data-kind={spec.kind}>
        {label}
      </th>
    );
  }
  const isUp = sort === name;
  const isDown = sort === `-${name}`;
  const order = isUp ? "ascending" : isDown ? "descending" : "none";
  return (
    <th scope="col" data-field={spec.name} data-kind={spec.kind} aria-sort={order}>
      <button
        type="button"
        className="sort"
        onClick={() => {
          onSort(isUp ? `-${name}` : isDown ? "" : name);
        }}
      >
        {label}
        <Icon name={isUp ? "up" : isDown ? "down" : "sort"} />
      </button>
    </th>
  );
}
