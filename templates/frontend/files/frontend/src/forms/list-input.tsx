import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isNumeric } from "@/entity/definition";
import { parseNumber, writeNumber } from "@/lib/number";
import { Icon } from "@/ui/icon";
import { INPUT_TYPES } from "./input-types";
import { common, type InputProps } from "./inputs";
import { asText } from "./values";

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(asText) : [];
}

/** Several values: type one, Enter adds it. */
export function ListInput(props: InputProps) {
  const { i18n, t } = useTranslation();
  const [text, setText] = useState("");
  const items = textsOf(props.value);
  const hasNumbers = isNumeric(props.spec.items);
  const shown = (item: string) => (hasNumbers ? writeNumber(item, i18n.language) : item);

  function add() {
    const item = text.trim();
    if (item === "") return;
    const number = hasNumbers ? parseNumber(item, i18n.language) : null;
    props.onChange([...items, number ?? item]);
    setText("");
  }

  return (
    <div className="list-input">
      {items.length > 0 && (
        <ul className="chips">
          {items.map((item, index) => (
            <li key={index} className="chip">
              {shown(item)}
              <button
                type="button"
                className="chip-remove"
                aria-label={t("actions.remove", { name: shown(item) })}
                onClick={() => {
                  props.onChange(items.filter((_, other) => other !== index));
                }}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="joined">
        <input
          {...common(props)}
          {...INPUT_TYPES[props.spec.items === "boolean" ? "text" : (props.spec.items ?? "text")]}
          placeholder={t("form.list")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
          onBlur={() => {
            add();
            props.onBlur();
          }}
        />
        <button type="button" className="button" onClick={add}>
          {t("actions.add")}
        </button>
      </div>
    </div>
  );
}

/** Several of a few known values. */
export function ChoicesInput(props: InputProps) {
  const chosen = textsOf(props.value);
  return (
    <div
      className="choices"
      role="group"
      aria-labelledby={`${props.id}-label`}
      aria-describedby={props.describedBy}
    >
      {(props.spec.values ?? []).map((name, index) => (
        <label key={name} className="check">
          <input
            id={index === 0 ? props.id : undefined}
            ref={index === 0 ? props.inputRef : undefined}
            type="checkbox"
            aria-describedby={index === 0 ? props.describedBy : undefined}
            disabled={props.isDisabled}
            checked={chosen.includes(name)}
            onBlur={props.onBlur}
            onChange={(event) => {
              const others = chosen.filter((other) => other !== name);
              props.onChange(event.target.checked ? [...others, name] : others);
            }}
          />
          {props.labels.value(props.spec.name, name)}
        </label>
      ))}
    </div>
  );
}
