import type { z } from "zod";
import type { Resource } from "@/api/resource";
import type { Id, Row } from "@/api/types";
import type { Permissions } from "@/auth/session";
import type { CrossCheck, FormSchema } from "@/forms/schema";
import type { EntityLabels } from "./labels";

export type Kind =
  | "text"
  | "multiline"
  | "integer"
  | "bigint"
  | "float"
  | "decimal"
  | "boolean"
  | "date"
  | "time"
  | "datetime"
  | "duration"
  | "uuid"
  | "email"
  | "url"
  | "json"
  | "file"
  | "image"
  | "point"
  | "enum"
  | "list"
  | "reference"
  | "references";

/** How a field is shown, edited and filtered. */
export interface FieldSpec {
  /** Its name in the rows of the API. */
  readonly name: string;
  readonly kind: Kind;
  /** Names of the values of an enum, or of a list of them. */
  readonly values?: readonly string[];
  /** What a list holds. */
  readonly items?: Kind;
  /** Digits after the point of a decimal. */
  readonly scale?: number;
  /** What a new row starts with; `now` is the current date or time. */
  readonly initial?: string | boolean | readonly string[] | { lat: number; lng: number };
  readonly target?: Target;
  /** Further columns of a many-to-many relation. */
  readonly attributes?: readonly FieldSpec[];
  readonly required?: true;
  /** Set when the row is created, never changed. */
  readonly immutable?: true;
  /** Accepted, never shown. */
  readonly sensitive?: true;
  /** Filled by the server when a new row leaves it empty. */
  readonly generated?: true;
  /** Derived on the server. */
  readonly computed?: true;
  /** File types that an input accepts. */
  readonly accept?: string;
}

/** The other side of a relation: where its rows are found and what stands for one of them. */
export interface Target {
  /** Collection of the API. */
  readonly path: string;
  /** Field that names a row. */
  readonly display: string;
  /** Query parameter that searches rows by text. */
  readonly search?: string;
  /** Filter on the naming field, such as `name__contains`. */
  readonly filter?: string;
  /** Whether its ids are numbers. */
  readonly hasNumericIds?: true;
  /** Whether the rows have pages here. */
  readonly hasPages: boolean;
}

/** Rows of another entity that point to this one. */
export interface Related {
  /** Name of the relation on this side. */
  readonly name: string;
  /** Field of the other entity that points here. */
  readonly field: string;
  readonly target: Target;
  /** Whether there is one such row at most. */
  readonly isSingle?: true;
  readonly create: readonly string[];
  readonly read: readonly string[];
}

/** Everything that the pages need to know about one entity. */
export interface Entity<R extends Row, S extends FormSchema> {
  readonly name: string;
  /** Address of its pages, and of its collection in the API. */
  readonly path: string;
  readonly api: Resource<R, z.output<S>>;
  readonly schema: S;
  readonly checks: Readonly<Record<string, CrossCheck<z.output<S>>>>;
  readonly labels: EntityLabels;
  readonly fields: readonly FieldSpec[];
  /** Fields that a list shows unless the visitor chooses others. */
  readonly columns: readonly string[];
  /** The field that stands for a row. */
  readonly display: string;
  readonly searchable: boolean;
  readonly permissions: Permissions;
  readonly related: readonly Related[];
}

/** The value of a field in a row. */
export function valueOf(row: Row, name: string): unknown {
  return (row as unknown as Record<string, unknown>)[name];
}

/** What stands for a row in titles and links. */
export function nameOf(row: Row, display: string): string {
  const value = valueOf(row, display);
  return typeof value === "string" || typeof value === "number" ? String(value) : idOf(row.id);
}

export function idOf(id: Id): string {
  return String(id);
}

/** The name under which the form and the API write a field. */
export function writeName(spec: FieldSpec): string {
  return spec.kind === "reference" ? `${spec.name}_id` : spec.name;
}

export function isNumeric(kind: Kind | undefined): boolean {
  return kind === "integer" || kind === "bigint" || kind === "float" || kind === "decimal";
}

export function isFilterable(spec: FieldSpec): boolean {
  const kinds: readonly Kind[] = ["json", "file", "image", "point", "list"];
  return spec.sensitive !== true && spec.computed !== true && !kinds.includes(spec.kind);
}

export function isSortable(spec: FieldSpec): boolean {
  const kinds: readonly Kind[] = [
    "json",
    "file",
    "image",
    "point",
    "list",
    "reference",
    "references",
  ];
  return spec.computed !== true && !kinds.includes(spec.kind);
}

type Named<T> = Readonly<Record<string, T>>;
type Spec = Omit<FieldSpec, "attributes" | "name"> & {
  readonly attributes?: Named<Omit<FieldSpec, "name">>;
};

/** The fields of an entity, written down by name. */
export function defineFields(specs: Named<Spec>): readonly FieldSpec[] {
  return named(specs).map(({ attributes, ...spec }) =>
    attributes === undefined ? spec : { ...spec, attributes: named(attributes) },
  );
}

/** An entity; relations from elsewhere are written down by name. */
export function defineEntity<R extends Row, S extends FormSchema>(
  entity: Omit<Entity<R, S>, "related"> & { readonly related: Named<Omit<Related, "name">> },
): Entity<R, S> {
  return { ...entity, related: named(entity.related) };
}

function named<T extends object>(entries: Named<T>): (T & { name: string })[] {
  return Object.entries(entries).map(([name, entry]) => ({ ...entry, name }));
}
