import type { Ref, Row } from "@/api/types";
import { type FieldSpec, valueOf, writeName } from "@/entity/definition";
import { formatDurationText, toLocalInput } from "@/lib/format";
import type { FormValues } from "./schema";

/** What the form of a new row starts with. */
export function emptyValues(fields: readonly FieldSpec[], now: Date = new Date()): FormValues {
  return Object.fromEntries(
    editable(fields).map((spec) => [writeName(spec), initialValue(spec, now)]),
  );
}

/** What the form of an existing row starts with. */
export function valuesOf(row: Row, fields: readonly FieldSpec[]): FormValues {
  return Object.fromEntries(
    editable(fields).map((spec) => [writeName(spec), inputValue(spec, valueOf(row, spec.name))]),
  );
}

/** Fields that a form shows. */
export function editable(fields: readonly FieldSpec[]): FieldSpec[] {
  return fields.filter((spec) => !spec.computed);
}

/** The entries of `after` that differ from `before`. */
export function changes(before: FormValues, after: FormValues): FormValues {
  const changed = Object.entries(after).filter(
    ([name, value]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  return Object.fromEntries(changed);
}

function initialValue(spec: FieldSpec, now: Date): unknown {
  if (spec.initial === "now") {
    const local = toLocalInput(now);
    if (spec.kind === "date") return local.slice(0, 10);
    return spec.kind === "time" ? local.slice(11, 16) : local.slice(0, 16);
  }
  if (spec.initial !== undefined) return inputValue(spec, spec.initial);
  return spec.kind === "boolean" && spec.required ? false : inputValue(spec, undefined);
}

/** A value of the API as the inputs of this kind hold it. */
export function inputValue(spec: FieldSpec, value: unknown): unknown {
  switch (spec.kind) {
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "reference":
      return isRef(value) ? value : null;
    case "references":
      return Array.isArray(value) ? value.filter(isRef).map((ref) => linkValue(spec, ref)) : [];
    case "list":
      return Array.isArray(value) ? value.map((item) => itemText(spec, item)) : [];
    case "point":
      return isPoint(value)
        ? { lat: String(value.lat), lng: String(value.lng) }
        : { lat: "", lng: "" };
    case "json":
      if (value === undefined || value === null) return "";
      return typeof value === "string" && spec.initial === value
        ? value
        : JSON.stringify(value, null, 2);
    case "datetime":
      return typeof value === "string" ? toLocalInput(value) : "";
    case "duration":
      return typeof value === "string" ? formatDurationText(value) : "";
    default:
      return asText(value);
  }
}

function itemText(spec: FieldSpec, item: unknown): string {
  if (spec.items === "boolean") return String(item);
  return asText(inputValue({ name: spec.name, kind: spec.items ?? "text" }, item));
}

function linkValue(spec: FieldSpec, ref: Ref): FormValues & Ref {
  const own = ref as unknown as FormValues;
  const attributes = (spec.attributes ?? []).map(
    (attribute) => [attribute.name, inputValue(attribute, own[attribute.name])] as const,
  );
  return { ...record(attributes), id: ref.id, display: ref.display };
}

function record(entries: (readonly [string, unknown])[]): FormValues {
  return Object.fromEntries(entries);
}

export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && "id" in value && "display" in value;
}

export function isPoint(value: unknown): value is { lat: number | string; lng: number | string } {
  return typeof value === "object" && value !== null && "lat" in value && "lng" in value;
}
