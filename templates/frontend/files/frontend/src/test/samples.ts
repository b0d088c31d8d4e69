import type { Entity } from "@/entity/definition";
import type { Row } from "@/api/types";
import type { FormSchema } from "@/forms/schema";
import { FakeApi, type FakeRow } from "./fake-api";

/** Rows and entries that the model allows, and entries that it forbids. */
export interface Samples {
  /** As the API returns them. */
  rows: readonly object[];
  /** As the API takes a new one. */
  entry: object;
  /** Entries that a new row needs and that start empty. */
  required: readonly string[];
  /** Values that break one rule of a field. */
  invalid: readonly { field: string; value: string }[];
  /** Rows that relations point to, by collection. */
  targets: object;
}

/** A server that holds the sample rows and what they point to. */
export function apiWith<R extends Row, S extends FormSchema>(
  entity: Entity<R, S>,
  samples: Samples,
): FakeApi {
  const targets = samples.targets as Record<string, FakeRow[]>;
  const related = entity.related.map(({ target }) => [target.path, []] as const);
  return new FakeApi({
    ...Object.fromEntries(related),
    ...targets,
    [entity.path]: samples.rows as FakeRow[],
  });
}

/** The sample row of this number. */
export function sampleRow(samples: Samples, index: number): Row {
  const row = samples.rows[index];
  if (row === undefined) throw new Error(`There is no sample row ${index}.`);
  return row as Row;
}
