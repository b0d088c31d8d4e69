import type { TFunction } from "i18next";
import type { FieldProblem } from "@/api/types";
import type en from "@/i18n/locales/en.json";

type Key = `rules.${keyof (typeof en)["rules"]}` | `server.${keyof (typeof en)["server"]}`;

/** The server's codes for broken rules; further ones than its own are those of pydantic. */
const BY_CODE: Readonly<Record<string, Key>> = {
  duplicate: "server.duplicate",
  filter: "server.filter",
  gone: "server.gone",
  immutable: "server.immutable",
  in_use: "server.in_use",
  missing_file: "server.missing_file",
  missing_row: "server.missing_row",
  not_an_image: "server.not_an_image",
  null: "rules.required",
  rule: "server.rule",
  too_large: "server.too_large",
  unique: "server.taken",

  bool_parsing: "rules.invalid",
  date_from_datetime_parsing: "rules.invalid",
  date_parsing: "rules.invalid",
  datetime_from_date_parsing: "rules.invalid",
  datetime_parsing: "rules.invalid",
  decimal_max_digits: "server.too_many_digits",
  decimal_max_places: "server.too_many_digits",
  decimal_parsing: "rules.number",
  decimal_whole_digits: "server.too_many_digits",
  enum: "rules.invalid",
  extra_forbidden: "server.unknown",
  finite_number: "rules.number",
  float_parsing: "rules.number",
  greater_than: "server.too_small",
  greater_than_equal: "server.too_small",
  int_from_float: "rules.integer",
  int_parsing: "rules.integer",
  int_parsing_size: "rules.integer",
  less_than: "server.too_great",
  less_than_equal: "server.too_great",
  literal_error: "rules.invalid",
  missing: "rules.required",
  string_pattern_mismatch: "rules.pattern",
  string_too_long: "server.text_too_long",
  string_too_short: "server.text_too_short",
  time_delta_parsing: "rules.duration",
  time_parsing: "rules.invalid",
  too_long: "server.too_many",
  too_short: "server.too_few",
  url_parsing: "rules.url",
  url_scheme: "rules.url",
  uuid_parsing: "rules.uuid",
};

/** Sentences of the server that come without a code. */
const BY_DETAIL: Readonly<Record<string, Key>> = {
  "A row that this one points to does not exist (any more).": "server.gone",
  "Other rows still use this one.": "server.in_use",
  "The database cannot hold one of the values.": "server.rule",
  "The values break a rule of the database.": "server.rule",
  "There is another one with the same value.": "server.taken",
};

/** An objection to one value in the visitor's language; the server's own words where it has some. */
export function serverText({ code = "", message }: FieldProblem, t: TFunction): string {
  const key = BY_CODE[code];
  return key === undefined ? message : t(key);
}

/** What the server says about a request as a whole; undefined when it says nothing. */
export function detailText(detail: string | undefined, t: TFunction): string | undefined {
  const key = BY_DETAIL[detail ?? ""];
  return key === undefined ? detail : t(key);
}
