/** The key of a row: a uuid, a number, a text, or the parts of a composite key joined with `~`. */
export type Id = string | number;

/** A related row as other rows show it. */
export interface Ref {
  id: Id;
  display: string;
}

/** What every row has. */
export interface Row {
  id: Id;
  /** Counts the changes of a row that is protected against simultaneous edits. */
  version?: number;
}

export interface Page<R> {
  items: R[];
  total: number;
  page: number;
  size: number;
}

/** Query of a list: `page`, `size`, `sort`, `q` and one entry for each filter. */
export type ListQuery = Readonly<Record<string, string | number | undefined>>;

export interface User {
  id: string;
  email?: string;
  name: string;
  roles?: string[];
}

export interface Token {
  access_token: string;
  token_type: string;
  expires_in: number;
}

export interface StoredFile {
  id: string;
  name: string;
  size: number;
  content_type: string;
}

/** An error as the server describes it (RFC 9457). */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  errors?: FieldProblem[];
}

export interface FieldProblem {
  field: string;
  message: string;
  code?: string;
}
