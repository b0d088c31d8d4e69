import type { FieldSpec, Kind } from "./definition";

export const OPERATORS = [
  "eq",
  "ne",
  "contains",
  "ge",
  "le",
  "gt",
  "lt",
  "display",
  "null",
] as const;
export type Operator = (typeof OPERATORS)[number];

const TEXTS: readonly Kind[] = ["text", "multiline", "email", "url"];
const ORDERED: readonly Kind[] = [
  "integer",
  "bigint",
  "float",
  "decimal",
  "date",
  "time",
  "datetime",
  "duration",
];

/** One condition on a list. */
export interface Filter {
  key: string;
  spec: FieldSpec;
  operator: Operator;
  value: string;
}

/** The conditions that make sense for a field, the most usual first. */
export function operatorsFor(spec: FieldSpec): Operator[] {
  const empty: Operator[] = spec.required ? [] : ["null"];
  if (spec.name === "id") return ["eq", "ne"];
  if (TEXTS.includes(spec.kind)) return ["contains", "eq", "ne", ...empty];
  if (ORDERED.includes(spec.kind)) return ["eq", "ge", "le", "gt", "lt", "ne", ...empty];
  if (spec.kind === "references") return ["eq"];
  if (spec.kind === "reference") {
    return spec.target?.filter === undefined ? ["eq", ...empty] : ["eq", "display", ...empty];
  }
  return ["eq", "ne", ...empty];
}

/** The query parameter of a condition. */
export function filterKey(spec: FieldSpec, operator: Operator): string {
  if (operator === "display") return `${spec.name}__${spec.target?.filter ?? ""}`;
  const name = spec.kind === "reference" ? `${spec.name}_id` : spec.name;
  return operator === "eq" ? name : `${name}__${operator}`;
}

/** The conditions that an address holds; what is not a condition on a known field is left out. */
export function readFilters(
  fields: readonly FieldSpec[],
  entries: Readonly<Record<string, string>>,
): Filter[] {
  const found: Filter[] = [];
  for (const spec of fields) {
    for (const operator of operatorsFor(spec)) {
      const key = filterKey(spec, operator);
      const value = entries[key];
      if (value !== undefined) found.push({ key, spec, operator, value });
    }
  }
  return found;
}
