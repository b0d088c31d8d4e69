import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Ref } from "@/api/types";
import { INPUT_TYPES } from "@/forms/input-types";
import { RelationPicker } from "@/forms/relation-picker";
import { parseDuration } from "@/lib/duration";
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
}

/** The input for the value of a condition, by the type of its field. */
export function FilterValue({ id, labels, onChange, operator, spec, value }: FilterValueProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Ref | null>(null);
  if (spec.target !== undefined && operator !== "display") {
    return (
      <RelationPicker
        id={id}
        target={spec.target}
        value={chosen}
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

/** What the API is asked for: moments in UTC, durations in ISO 8601. */
export function sentValue(spec: FieldSpec, operator: Operator, value: string): string {
  if (operator === "display") return value;
  if (spec.kind === "datetime") {
    const moment = new Date(value);
    return Number.isNaN(moment.getTime()) ? "" : moment.toISOString();
  }
  if (spec.kind === "duration") {
    const seconds = parseDuration(value);
    return seconds === null ? "" : `PT${seconds}S`;
  }
  return value.trim();
}
