import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { Guard } from "@/auth/guard";
import { useSession } from "@/auth/session";
import type { FormSchema } from "@/forms/schema";
import { useDebounced } from "@/ui/debounced";
import { Icon } from "@/ui/icon";
import { Empty, Loading, ProblemCard } from "@/ui/states";
import { useTitle } from "@/ui/title";
import { ColumnChooser, useColumns } from "./columns";
import { DataTable } from "./data-table";
import { type Entity, idOf, isFilterable, nameOf } from "./definition";
import { DeleteButton } from "./delete-button";
import { FilterBar } from "./filter-bar";
import { useLabels } from "./labels";
import { pageCount, Pagination } from "./pagination";
import { type ListState, useListState } from "./search";

interface ListPageProps<R extends Row, S extends FormSchema> {
  entity: Entity<R, S>;
}

/** All rows of an entity: search, filters, sorting, pages, choice of columns. */
export function EntityListPage<R extends Row, S extends FormSchema>(props: ListPageProps<R, S>) {
  return (
    <Guard roles={props.entity.permissions.read}>
      <List {...props} />
    </Guard>
  );
}

function List<R extends Row, S extends FormSchema>({ entity }: ListPageProps<R, S>) {
  const { t } = useTranslation();
  const labels = useLabels(entity.labels);
  const { may } = useSession();
  const state = useListState();
  const visible = entity.fields.filter((spec) => !spec.sensitive);
  const columns = useColumns(entity.name, visible, entity.columns);
  useTitle(labels.plural);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{labels.plural}</h1>
        {may(entity.permissions.create) && (
          <Link to={`${entity.path}/new`} className="button button-primary">
            <Icon name="add" />
            {t("actions.create", { entity: labels.singular })}
          </Link>
        )}
      </div>
      <div className="toolbar">
        {entity.searchable && <SearchBox state={state} entities={labels.plural} />}
        <FilterBar fields={visible.filter(isFilterable)} labels={labels} state={state} />
        <ColumnChooser
          fields={visible}
          shown={columns.shown}
          labels={labels}
          onToggle={columns.toggle}
        />
      </div>
      <Rows entity={entity} state={state} columns={columns.shown} />
    </div>
  );
}

interface RowsProps<R extends Row, S extends FormSchema> extends ListPageProps<R, S> {
  state: ListState;
  columns: Entity<R, S>["fields"];
}

function Rows<R extends Row, S extends FormSchema>({ columns, entity, state }: RowsProps<R, S>) {
  const { t } = useTranslation();
  const labels = useLabels(entity.labels);
  const { may } = useSession();
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery(
    entity.api.list(state.query),
  );
  const { change, page, size } = state;
  const last = data === undefined || isPlaceholderData ? page : pageCount(data.total, size);
  const isBeyond = page > last; // the only row of the last page was deleted, or the address is old
  useEffect(() => {
    if (isBeyond) change({ page: String(last) });
    // `change` is another function in each rendering.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isBeyond, last]);
  if (isPending || isBeyond) return <Loading />;
  if (data === undefined) return <ProblemCard error={error} onRetry={() => void refetch()} />;
  const isFiltered = state.q !== "" || Object.keys(state.filters).length > 0;
  if (data.items.length === 0 && page === 1) {
    return <Empty>{isFiltered ? t("list.empty_filtered") : t("list.empty")}</Empty>;
  }
  return (
    <>
      {error !== null && <ProblemCard error={error} onRetry={() => void refetch()} />}
      <DataTable
        caption={labels.plural}
        path={entity.path}
        display={entity.display}
        rows={data.items}
        columns={columns}
        labels={labels}
        sort={state.sort}
        onSort={(sort) => {
          state.change({ sort });
        }}
        actions={(row) => (
          <>
            {may(entity.permissions.update) && (
              <Link
                to={`${entity.path}/$id/edit`}
                params={{ id: idOf(row.id) }}
                className="button button-quiet"
                aria-label={t("form.edit", { name: nameOf(row, entity.display) })}
              >
                <Icon name="edit" />
              </Link>
            )}
            <DeleteButton entity={entity} row={row} isCompact />
          </>
        )}
      />
      <Pagination state={state} total={data.total} />
    </>
  );
}

function SearchBox({ entities, state }: { entities: string; state: ListState }) {
  const { t } = useTranslation();
  const [text, setText] = useState(state.q);
  const settled = useDebounced(text);
  const { change, q } = state;
  useEffect(() => {
    if (settled === text && settled !== q) change({ q: settled });
    // Only a text that has settled searches; a changed address alone must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);
  return (
    <div className="search" role="search">
      <Icon name="search" />
      <input
        type="search"
        aria-label={t("list.search", { entities })}
        placeholder={t("list.search", { entities })}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
    </div>
  );
}
