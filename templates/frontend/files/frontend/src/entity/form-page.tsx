import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { useQueryEntries, useRowId } from "@/app/address";
import { Guard } from "@/auth/guard";
import { EntityForm } from "@/forms/entity-form";
import type { FormSchema, FormValues } from "@/forms/schema";
import { emptyValues } from "@/forms/values";
import { Loading, ProblemCard } from "@/ui/states";
import { useTitle } from "@/ui/title";
import { type Entity, type FieldSpec, nameOf } from "./definition";
import { useLabels } from "./labels";

interface FormPageProps<R extends Row, S extends FormSchema> {
  entity: Entity<R, S>;
  /** The fields in the order of the form. */
  children: ReactNode;
}

/** A page that makes a new row. */
export function EntityCreatePage<R extends Row, S extends FormSchema>(props: FormPageProps<R, S>) {
  const { t } = useTranslation();
  const { children, entity } = props;
  const labels = useLabels(entity.labels);
  const search = useQueryEntries();
  const title = t("form.create", { entity: labels.singular });
  useTitle(title);
  return (
    <Guard roles={entity.permissions.create}>
      <div className="page page-form">
        <p className="crumb">
          <Link to={entity.path}>{labels.plural}</Link>
        </p>
        <h1>{title}</h1>
        <EntityForm
          entity={entity}
          row={null}
          initial={{ ...emptyValues(entity.fields), ...givenBy(search, entity.fields) }}
        >
          {children}
        </EntityForm>
      </div>
    </Guard>
  );
}

/** Relations that the address already answers: "New book" on an author's page. */
function givenBy(
  search: Readonly<Record<string, string>>,
  fields: readonly FieldSpec[],
): FormValues {
  const given: FormValues = {};
  for (const { kind, name, target } of fields) {
    const id = search[`${name}_id`];
    if (kind !== "reference" || id === undefined) continue;
    given[`${name}_id`] = {
      id: target?.hasNumericIds ? Number(id) : id,
      display: search[`${name}_name`] ?? id,
    };
  }
  return given;
}

/** A page that changes a row. */
export function EntityEditPage<R extends Row, S extends FormSchema>(props: FormPageProps<R, S>) {
  const id = useRowId();
  return (
    <Guard roles={props.entity.permissions.update}>
      <Edit key={id} {...props} id={id} />
    </Guard>
  );
}

function Edit<R extends Row, S extends FormSchema>(props: FormPageProps<R, S> & { id: string }) {
  const { t } = useTranslation();
  const { children, entity, id } = props;
  const labels = useLabels(entity.labels);
  // The form starts from what is stored now, not from what was shown a while ago.
  const { data, error, isFetchedAfterMount, refetch } = useQuery({
    ...entity.api.detail(id),
    refetchOnMount: "always",
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const name = data === undefined ? "" : nameOf(data, entity.display);
  useTitle(t("form.edit", { name }));
  if (error !== null) {
    return (
      <div className="page">
        <ProblemCard error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  if (data === undefined || !isFetchedAfterMount) return <Loading />;
  return (
    <div className="page page-form">
      <p className="crumb">
        <Link to={entity.path}>{labels.plural}</Link>
        <span aria-hidden="true"> / </span>
        <Link to={`${entity.path}/$id`} params={{ id }}>
          {name}
        </Link>
      </p>
      <h1>{t("form.edit", { name })}</h1>
      <EntityForm entity={entity} row={data}>
        {children}
      </EntityForm>
    </div>
  );
}
