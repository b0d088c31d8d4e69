import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ref } from "@/api/types";
import { INPUT_TYPES } from "@/forms/input-types";
import { RelationPicker } from "@/forms/relation-picker";
import * as rules from "@/forms/rules";
import type en from "@/i18n/locales/en.json";
import { parseDuration } from "@/lib/duration";
import { parseNumber } from "@/lib/number";
import type { FieldSpec } from "./definition";
import type { Operator } from "./filters";
import type { Labels } from "./labels";

interface FilterValueProps {
  id: string;
  spec: FieldSpec;
  operator: Operator;
  labels: Labels;
  value: string;
  onChange: (value: string) => void;
  isInvalid: boolean;
  describedBy: string | undefined;
}

/** The input for the value of a condition, by the type of its field. */
export function FilterValue(props: FilterValueProps) {
  const { describedBy, id, isInvalid, labels, onChange, operator, spec, value } = props;
  const { t } = useTranslation();
  const state = { "aria-describedby": describedBy, "aria-invalid": isInvalid };
  const [chosen, setChosen] = useState<Ref | null>(null);
  if (spec.target !== undefined && operator !== "display") {
    return (
      <RelationPicker
        id={id}
        target={spec.target}
        value={chosen}
        isInvalid={isInvalid}
        describedBy={describedBy}
        onChange={(ref) => {
          setChosen(ref);
          onChange(ref === null ? "" : String(ref.id));
        }}
      />
    );
  }
  const options = optionsFor(spec, labels, t("values.yes"), t("values.no"));
  if (options !== null) {
    return (
      <select
        id={id}
        {...state}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        <option value="">{t("form.choose")}</option>
        {options.map(([name, label]) => (
          <option key={name} value={name}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      id={id}
      {...INPUT_TYPES[operator === "display" ? "text" : spec.kind]}
      {...state}
      {...(spec.kind === "email" || spec.kind === "url" ? { type: "text" } : {})}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    />
  );
}

function optionsFor(spec: FieldSpec, labels: Labels, yes: string, no: string) {
  if (spec.kind === "boolean") return [["true", yes] as const, ["false", no] as const];
  if (spec.kind !== "enum") return null;
  return (spec.values ?? []).map((value) => [value, labels.value(spec.name, value)] as const);
}

type Outcome = { sent: string } | { refusal: keyof (typeof en)["rules"] };

/** What the API is asked for (moments in UTC, durations in ISO 8601), or what is wrong with it. */
export function readValue(
  spec: FieldSpec,
  operator: Operator,
  text: string,
  language: string,
): Outcome {
  const value = text.trim();
  if (value === "") return { refusal: "required" };
  if (operator === "display") return { sent: value };
  switch (spec.kind) {
    case "datetime": {
      const moment = new Date(value);
      const isValid = !Number.isNaN(moment.getTime());
      return isValid ? { sent: moment.toISOString() } : { refusal: "invalid" };
    }
    case "duration": {
      const seconds = parseDuration(value);
      return seconds === null ? { refusal: "duration" } : { sent: `PT${seconds}S` };
    }
    case "float":
    case "decimal": {
      const number = parseNumber(value, language);
      const isValid = number !== null && (spec.kind === "float" || !number.includes("e"));
      return isValid ? { sent: number } : { refusal: "number" };
    }
    case "integer":
    case "bigint": {
      const number = parseNumber(value, language) ?? "";
      const rule = spec.kind === "integer" ? rules.integer() : rules.bigint();
      return rule.safeParse(number).success && number !== ""
        ? { sent: number }
        : { refusal: "integer" };
    }
    case "uuid":
      return rules.uuid().safeParse(value).success ? { sent: value } : { refusal: "uuid" };
    default:
      return { sent: value };
  }
}
