import type { TFunction } from "i18next";
import { type FieldErrors, type Resolver, set } from "react-hook-form";
import { z } from "zod";
import type { FieldSpec } from "@/entity/definition";
import { writeName } from "@/entity/definition";

export type FormValues = Record<string, unknown>;

/** What a form holds → what is sent; the keys are those of the API's write shape. */
export type FormSchema = z.ZodObject<Record<string, z.ZodType>>;

/** A rule across fields; it fails only when it is definitely false, so empty fields satisfy it. */
export interface CrossCheck<Values> {
  readonly fields: readonly string[];
  readonly holds: (values: Values) => boolean | null;
}

interface Rules {
  schema: FormSchema;
  checks: Readonly<Record<string, CrossCheck<never>>>;
  fields: readonly FieldSpec[];
  texts: Readonly<Record<string, string>>;
}

/** Validates a form: each field by the schema, then the rules across fields. */
export function resolverFor(rules: Rules, isNew: boolean, t: TFunction): Resolver<FormValues> {
  const schema = isNew ? rules.schema : forUpdate(rules);
  return (values) => {
    const result = schema.safeParse(values);
    const errors: FieldErrors<FormValues> = {};
    if (!result.success) {
      for (const issue of result.error.issues) {
        const message = issue.code === "custom" ? issue.message : t("rules.invalid");
        set(errors, issue.path.join("."), { type: issue.code, message });
      }
      return { values: {}, errors };
    }
    for (const [name, check] of Object.entries(rules.checks)) {
      if (check.holds(result.data as never) === false) {
        const message = rules.texts[name] ?? t("rules.invalid");
        for (const field of check.fields) set(errors, field, { type: name, message });
      }
    }
    return Object.keys(errors).length > 0
      ? { values: {}, errors }
      : { values: result.data, errors: {} };
  };
}

/** Secrets may stay empty and fixed fields need no check once the row exists. */
function forUpdate({ fields, schema }: Rules): FormSchema {
  const shape = { ...schema.shape };
  for (const spec of fields) {
    const name = writeName(spec);
    const rule = shape[name];
    if (rule === undefined) continue;
    if (spec.immutable) shape[name] = z.unknown();
    else if (spec.sensitive)
      shape[name] = z.union([z.literal("").transform(() => undefined), rule]);
  }
  return z.object(shape);
}
