import { useController } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { type FieldSpec, writeName } from "@/entity/definition";
import { attributeLabels } from "@/entity/value";
import { useFormScope } from "./form-context";
import { FieldInput } from "./inputs";

/** One labelled input of an entity's form, chosen by the type of the field. */
export function Field({ name }: { name: string }) {
  const { fields } = useFormScope();
  const spec = fields.find((known) => known.name === name);
  if (spec === undefined) throw new Error(`The entity has no field "${name}".`);
  return <SpecField spec={spec} path={writeName(spec)} />;
}

interface SpecFieldProps {
  spec: FieldSpec;
  /** Where the value stands in the form. */
  path: string;
  /** Name of the relation whose attribute this is. */
  relation?: string;
}

export function SpecField({ path, relation, spec }: SpecFieldProps) {
  const { t } = useTranslation();
  const { isNew, labels: own } = useFormScope();
  const { field, fieldState } = useController({ name: path });
  const labels = relation === undefined ? own : attributeLabels(own, relation);
  const value: unknown = field.value;
  const id = `field-${path}`;
  const isFixed = spec.immutable === true && !isNew;
  const hints = [
    own.help[relation === undefined ? spec.name : `${relation}.${spec.name}`],
    spec.kind === "duration" ? t("form.duration") : undefined,
    spec.sensitive && !isNew ? t("form.secret") : undefined,
    spec.immutable ? t("form.fixed") : undefined,
  ].filter((hint) => hint !== undefined);
  const error = fieldState.error?.message ?? fieldState.error?.root?.message;
  const describedBy = [
    hints.length > 0 ? `${id}-hint` : "",
    error === undefined ? "" : `${id}-error`,
  ].join(" ");
  const isRequired = spec.required === true && !(spec.sensitive && !isNew);
  return (
    <div className="field" data-kind={spec.kind} data-invalid={error !== undefined}>
      <label htmlFor={id} id={`${id}-label`}>
        {labels.field(spec.name)}
        {!isRequired && <span className="optional"> {t("form.optional")}</span>}
      </label>
      <FieldInput
        id={id}
        path={path}
        spec={spec}
        labels={labels}
        value={value}
        onChange={field.onChange}
        onBlur={field.onBlur}
        inputRef={field.ref}
        isDisabled={isFixed}
        isRequired={isRequired}
        isInvalid={error !== undefined}
        describedBy={describedBy.trim() === "" ? undefined : describedBy.trim()}
      />
      {hints.length > 0 && (
        <p className="hint" id={`${id}-hint`}>
          {hints.join(" ")}
        </p>
      )}
      {error !== undefined && (
        <p className="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
