import { createContext, use } from "react";
import type { FieldSpec } from "@/entity/definition";
import type { Labels } from "@/entity/labels";

export interface FormScope {
  fields: readonly FieldSpec[];
  labels: Labels;
  /** False when an existing row is edited. */
  isNew: boolean;
}

/** What the fields of a form need to know about it. */
export const FormContext = createContext<FormScope | null>(null);

export function useFormScope(): FormScope {
  const scope = use(FormContext);
  if (scope === null) throw new Error("A field must stand inside a form.");
  return scope;
}
