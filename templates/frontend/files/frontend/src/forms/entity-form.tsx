import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { z } from "zod";
import { ApiError } from "@/api/client";
import type { FieldProblem, Row } from "@/api/types";
import { type Entity, idOf, nameOf, writeName } from "@/entity/definition";
import { useLabels } from "@/entity/labels";
import { serverText } from "@/ui/server-text";
import { ProblemCard } from "@/ui/states";
import { announce } from "@/ui/status";
import { Conflict } from "./conflict";
import { FormContext } from "./form-context";
import { LeaveGuard } from "./leave-guard";
import { type FormSchema, type FormValues, resolverFor } from "./schema";
import { placeErrors } from "./server-errors";
import { changes, editable, valuesOf } from "./values";

interface EntityFormProps<R extends Row, S extends FormSchema> {
  entity: Entity<R, S>;
  /** The row that is edited, or null for a new one. */
  row: R | null;
  /** What a new row starts with. */
  initial?: FormValues;
  children: ReactNode;
}

/** Edits a row: checks it, sends what changed, and shows what the server objects to. */
export function EntityForm<R extends Row, S extends FormSchema>(props: EntityFormProps<R, S>) {
  const { children, entity, initial = {}, row } = props;
  const { t } = useTranslation();
  const labels = useLabels(entity.labels);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [base, setBase] = useState(row);
  const [theirs, setTheirs] = useState<R | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const isNew = base === null;
  const form = useForm<FormValues>({
    defaultValues: base === null ? initial : valuesOf(base, entity.fields),
    resolver: resolverFor({ ...entity, texts: labels.checks }, isNew, t),
  });
  const { isDirty, isSubmitSuccessful, isSubmitting, submitCount } = form.formState;
  const hasErrors = submitCount > 0 && Object.keys(form.formState.errors).length > 0;

  async function save(values: FormValues, version: number | undefined) {
    setFailure(null);
    try {
      const saved = await send(entity, base, values, version);
      form.reset(undefined, { keepValues: true });
      setTheirs(null);
      const name = nameOf(saved, entity.display);
      announce(t(isNew ? "status.created" : "status.saved", { name }));
      await queries.invalidateQueries();
      await navigate({
        to: `${entity.path}/$id`,
        params: { id: idOf(saved.id) },
        ignoreBlocker: true,
      });
    } catch (error) {
      if (error instanceof ApiError && error.status === 412 && base !== null) {
        setTheirs(await queries.query({ ...entity.api.detail(base.id), staleTime: 0 }));
      } else {
        setFailure(placeErrors(error, form, textOf) ? null : error);
      }
    }
  }

  /** Checks of the model have texts of their own, everything else is known to all forms. */
  function textOf(problem: FieldProblem): string {
    return labels.checks[problem.code ?? ""] ?? serverText(problem, t);
  }

  function startOver(fresh: R) {
    setBase(fresh);
    setTheirs(null);
    form.reset(valuesOf(fresh, entity.fields));
  }

  const scope = useMemo(
    () => ({ fields: entity.fields, labels, isNew }),
    [entity.fields, labels, isNew],
  );
  return (
    <FormProvider {...form}>
      <FormContext value={scope}>
        <form
          className="sheet form"
          noValidate
          onSubmit={(event) =>
            void form.handleSubmit((values) => save(values, base?.version))(event)
          }
        >
          {children}
          <p className="error form-advice" role="alert">
            {hasErrors ? t("form.advice") : ""}
          </p>
          {failure !== null && <ProblemCard error={failure} />}
          {theirs !== null && base !== null && (
            <Conflict
              fields={editable(entity.fields)}
              labels={labels}
              base={base}
              theirs={theirs}
              mine={form.getValues()}
              onOverwrite={() => void form.handleSubmit((values) => save(values, theirs.version))()}
              onStartOver={() => {
                startOver(theirs);
              }}
            />
          )}
          <div className="form-actions">
            <button type="submit" className="button button-primary" disabled={isSubmitting}>
              {isSubmitting ? t("actions.saving") : t("actions.save")}
            </button>
            {base === null ? (
              <Link to={entity.path} className="button">
                {t("actions.cancel")}
              </Link>
            ) : (
              <Link to={`${entity.path}/$id`} params={{ id: idOf(base.id) }} className="button">
                {t("actions.cancel")}
              </Link>
            )}
          </div>
        </form>
        <LeaveGuard isOn={isDirty && !isSubmitting && !isSubmitSuccessful} />
      </FormContext>
    </FormProvider>
  );
}

/** Creates the row, or sends the entries that differ from what it was. */
function send<R extends Row, S extends FormSchema>(
  entity: Entity<R, S>,
  base: R | null,
  values: FormValues,
  version: number | undefined,
): Promise<R> {
  // The resolver has parsed the values with the entity's schema.
  if (base === null) return entity.api.create(withoutGenerated(values, entity) as z.output<S>);
  const fixed = entity.fields.filter((spec) => spec.immutable).map(writeName);
  const before = entity.schema.safeParse(valuesOf(base, entity.fields));
  const changed = Object.entries(changes(before.success ? before.data : {}, values));
  const sent = Object.fromEntries(changed.filter(([name]) => !fixed.includes(name)));
  return entity.api.update(base.id, sent as Partial<z.output<S>>, version);
}

/** What the server fills by itself is left out where it is empty. */
function withoutGenerated<R extends Row, S extends FormSchema>(
  values: FormValues,
  { fields }: Entity<R, S>,
): FormValues {
  const generated = fields.filter((spec) => spec.generated).map(writeName);
  const sent = Object.entries(values).filter(
    ([name, value]) => value !== null || !generated.includes(name),
  );
  return Object.fromEntries(sent);
}
