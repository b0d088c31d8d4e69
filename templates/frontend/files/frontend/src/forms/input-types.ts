import type { InputHTMLAttributes } from "react";
import type { Kind } from "@/entity/definition";

type InputAttributes = Pick<InputHTMLAttributes<HTMLInputElement>, "inputMode" | "step" | "type">;

/** The browser's input for each kind of single value. */
export const INPUT_TYPES: Readonly<Record<Kind, InputAttributes>> = {
  text: { type: "text" },
  multiline: { type: "text" },
  integer: { type: "text", inputMode: "numeric" },
  bigint: { type: "text", inputMode: "numeric" },
  float: { type: "text", inputMode: "decimal" },
  decimal: { type: "text", inputMode: "decimal" },
  boolean: { type: "checkbox" },
  date: { type: "date" },
  time: { type: "time", step: 1 },
  datetime: { type: "datetime-local", step: 1 },
  duration: { type: "text" },
  uuid: { type: "text" },
  email: { type: "email" },
  url: { type: "url" },
  json: { type: "text" },
  file: { type: "file" },
  image: { type: "file" },
  point: { type: "text", inputMode: "decimal" },
  enum: { type: "text" },
  list: { type: "text" },
  reference: { type: "text" },
  references: { type: "text" },
};
