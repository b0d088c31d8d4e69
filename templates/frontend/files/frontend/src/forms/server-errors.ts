import type { UseFormReturn } from "react-hook-form";
import { ApiError } from "@/api/client";
import type { FieldProblem } from "@/api/types";
import type { FormValues } from "./schema";

/**
 * Puts the server's objections at the fields they are about.
 *
 * @param textOf - What the form says for an objection.
 * @returns Whether each of them found its field; otherwise the error must be shown as a whole.
 */
export function placeErrors(
  error: unknown,
  form: UseFormReturn<FormValues>,
  textOf: (problem: FieldProblem) => string,
): boolean {
  if (!(error instanceof ApiError) || error.fields.length === 0) return false;
  const known = Object.keys(form.getValues());
  let isComplete = true;
  for (const problem of error.fields) {
    const { code = "server", field } = problem;
    const name = [field, `${field}_id`, field.split(".")[0] ?? ""].find((each) =>
      known.includes(each),
    );
    if (name === undefined) isComplete = false;
    else form.setError(name, { type: code, message: textOf(problem) }, { shouldFocus: true });
  }
  return isComplete;
}
