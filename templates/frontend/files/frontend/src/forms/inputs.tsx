import type { RefCallBack } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { FieldSpec } from "@/entity/definition";
import type { Labels } from "@/entity/labels";
import { FileInput } from "./file-input";
import { INPUT_TYPES } from "./input-types";
import { ChoicesInput, ListInput } from "./list-input";
import { useNumberText } from "./number-text";
import { PointInput } from "./point-input";
import { ReferencesInput } from "./references-input";
import { RelationPicker } from "./relation-picker";
import { asText, isRef } from "./values";

export interface InputProps {
  id: string;
  /** Where the value stands in the form. */
  path: string;
  spec: FieldSpec;
  labels: Labels;
  value: unknown;
  onChange: (value: unknown) => void;
  onBlur: () => void;
  inputRef: RefCallBack;
  isDisabled: boolean;
  isRequired: boolean;
  isInvalid: boolean;
  describedBy: string | undefined;
}

/** The input for a field, by its kind. */
export function FieldInput(props: InputProps) {
  const { spec, value } = props;
  switch (spec.kind) {
    case "multiline":
    case "json":
      return (
        <textarea
          {...common(props)}
          value={asText(value)}
          rows={5}
          spellCheck={spec.kind === "multiline"}
          onChange={(event) => {
            props.onChange(event.target.value);
          }}
        />
      );
    case "boolean":
      return spec.required ? <YesInput {...props} /> : <SelectInput {...props} />;
    case "enum":
      return <SelectInput {...props} />;
    case "list":
      return spec.items === "enum" ? <ChoicesInput {...props} /> : <ListInput {...props} />;
    case "point":
      return <PointInput {...props} />;
    case "file":
    case "image":
      return <FileInput {...props} />;
    case "reference":
      return spec.target === undefined ? null : (
        <RelationPicker {...props} target={spec.target} value={isRef(value) ? value : null} />
      );
    case "references":
      return <ReferencesInput {...props} />;
    case "integer":
    case "bigint":
    case "float":
    case "decimal":
      return <NumberInput {...props} />;
    default:
      return (
        <input
          {...common(props)}
          {...typeOf(spec)}
          value={asText(value)}
          onChange={(event) => {
            props.onChange(event.target.value);
          }}
        />
      );
  }
}

/** Attributes that every single input has. */
export function common(props: InputProps) {
  return {
    id: props.id,
    name: props.path,
    ref: props.inputRef,
    disabled: props.isDisabled,
    onBlur: props.onBlur,
    "aria-describedby": props.describedBy,
    "aria-invalid": props.isInvalid,
    "aria-required": props.isRequired,
  };
}

function typeOf(spec: FieldSpec) {
  const secret = spec.sensitive ? { type: "password", autoComplete: "new-password" } : {};
  return { ...INPUT_TYPES[spec.kind], ...secret };
}

function NumberInput(props: InputProps) {
  const text = useNumberText(asText(props.value), props.onChange);
  return <input {...common(props)} {...typeOf(props.spec)} {...text} />;
}

function YesInput(props: InputProps) {
  const { "aria-required": isRequired, ...attributes } = common(props);
  return (
    <input
      {...attributes}
      type="checkbox"
      checked={props.value === true}
      onChange={(event) => {
        props.onChange(event.target.checked);
      }}
    />
  );
}

function SelectInput(props: InputProps) {
  const { t } = useTranslation();
  const { isRequired, labels, onChange, spec, value } = props;
  const isBoolean = spec.kind === "boolean";
  const options = isBoolean
    ? [["true", t("values.yes")] as const, ["false", t("values.no")] as const]
    : (spec.values ?? []).map((name) => [name, labels.value(spec.name, name)] as const);
  return (
    <select
      {...common(props)}
      value={asText(value)}
      onChange={(event) => {
        const chosen = event.target.value;
        onChange(isBoolean ? (chosen === "" ? null : chosen === "true") : chosen);
      }}
    >
      <option value="">{isRequired ? t("form.choose") : t("form.none")}</option>
      {options.map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}
