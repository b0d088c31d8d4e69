import { useFormContext } from "react-hook-form";
import { useTranslation } from "react-i18next";
import type { Ref } from "@/api/types";
import { Icon } from "@/ui/icon";
import { SpecField } from "./field";
import type { InputProps } from "./inputs";
import { RelationPicker } from "./relation-picker";
import { inputValue, isRef } from "./values";

/** Rows of another entity, each with the attributes of the relation. */
export function ReferencesInput(props: InputProps) {
  const { t } = useTranslation();
  const { onChange, path, spec, value } = props;
  const { getValues } = useFormContext();
  const refs = refsIn(value);
  const attributes = spec.attributes ?? [];
  if (spec.target === undefined) return null;

  /** The links with what was typed into their attributes meanwhile. */
  function current(): Ref[] {
    return refsIn(getValues(path));
  }

  function add(ref: Ref | null) {
    if (ref === null) return;
    const initial = attributes.map((attribute) => [
      attribute.name,
      inputValue(attribute, attribute.initial),
    ]);
    onChange([...current(), { ...Object.fromEntries(initial), ...ref }]);
  }

  return (
    <div className="references">
      <RelationPicker
        {...props}
        target={spec.target}
        value={null}
        excluded={refs.map(({ id }) => id)}
        onChange={add}
      />
      {refs.length > 0 && (
        <ul className={attributes.length > 0 ? "links" : "chips"} aria-label={t("picker.selected")}>
          {refs.map((ref, index) => (
            <li key={ref.id} className={attributes.length > 0 ? "link" : "chip"}>
              <span className="link-name">{ref.display}</span>
              {attributes.map((attribute) => (
                <SpecField
                  key={attribute.name}
                  spec={attribute}
                  path={`${path}.${index}.${attribute.name}`}
                  relation={spec.name}
                />
              ))}
              {!props.isDisabled && (
                <button
                  type="button"
                  className="chip-remove"
                  aria-label={t("actions.remove", { name: ref.display })}
                  onClick={() => {
                    onChange(current().filter((_, other) => other !== index));
                  }}
                >
                  <Icon name="close" />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function refsIn(value: unknown): Ref[] {
  return Array.isArray(value) ? value.filter(isRef) : [];
}
