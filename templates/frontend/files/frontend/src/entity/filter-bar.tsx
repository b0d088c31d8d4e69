import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type en from "@/i18n/locales/en.json";
import { Icon } from "@/ui/icon";
import type { FieldSpec } from "./definition";
import { FilterChip } from "./filter-chip";
import { FilterValue, readValue } from "./filter-value";
import { filterKey, type Operator, operatorsFor, readFilters } from "./filters";
import type { Labels } from "./labels";
import type { ListState } from "./search";

interface FilterBarProps {
  fields: readonly FieldSpec[];
  labels: Labels;
  state: ListState;
}

/** The active conditions as chips, and a form that adds one. */
export function FilterBar({ fields, labels, state }: FilterBarProps) {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const panelId = useId();
  const active = readFilters(fields, state.filters);
  if (fields.length === 0) return null;
  return (
    <div className="filters">
      <button
        type="button"
        className="button"
        aria-expanded={isOpen}
        aria-controls={panelId}
        onClick={() => {
          setIsOpen(!isOpen);
        }}
      >
        <Icon name="filter" />
        {t("actions.filter")}
        {active.length > 0 && <span className="count">{active.length}</span>}
      </button>
      <div id={panelId} className="filter-panel" hidden={!isOpen && active.length === 0}>
        {active.length > 0 && (
          <ul className="chips">
            {active.map((filter) => (
              <li key={filter.key}>
                <FilterChip
                  filter={filter}
                  labels={labels}
                  onRemove={() => {
                    state.change({ [filter.key]: undefined });
                  }}
                />
              </li>
            ))}
            <li>
              <button
                type="button"
                className="button button-quiet"
                onClick={() => {
                  const cleared = active.map(({ key }) => [key, undefined] as const);
                  state.change(Object.fromEntries(cleared));
                }}
              >
                {t("actions.clear_filters")}
              </button>
            </li>
          </ul>
        )}
        {isOpen && <FilterForm fields={fields} labels={labels} state={state} />}
      </div>
    </div>
  );
}

function FilterForm({ fields, labels, state }: FilterBarProps) {
  const { i18n, t } = useTranslation();
  const id = useId();
  const [field, setField] = useState(fields[0]?.name ?? "");
  const [wanted, setWanted] = useState<Operator | null>(null);
  const [value, setValue] = useState("");
  const [refusal, setRefusal] = useState<keyof (typeof en)["rules"] | null>(null);
  const spec = fields.find(({ name }) => name === field);
  if (spec === undefined) return null;
  const operators = operatorsFor(spec);
  const operator = operators.find((name) => name === wanted) ?? operators[0] ?? "eq";

  function enter(text: string) {
    setValue(text);
    setRefusal(null);
  }

  function add(event: SubmitEvent<HTMLFormElement>, chosen: FieldSpec) {
    event.preventDefault();
    const outcome =
      operator === "null" ? { sent: "true" } : readValue(chosen, operator, value, i18n.language);
    if ("refusal" in outcome) {
      setRefusal(outcome.refusal);
      document.getElementById(`${id}-value`)?.focus();
      return;
    }
    state.change({ [filterKey(chosen, operator)]: outcome.sent });
    enter("");
  }

  return (
    <form
      className="filter-form"
      onSubmit={(event) => {
        add(event, spec);
      }}
    >
      <div className="field">
        <label htmlFor={`${id}-field`}>{t("list.field")}</label>
        <select
          id={`${id}-field`}
          value={field}
          onChange={(event) => {
            setField(event.target.value);
            setWanted(null);
            enter("");
          }}
        >
          {fields.map(({ name }) => (
            <option key={name} value={name}>
              {labels.field(name)}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor={`${id}-operator`}>{t("list.operator")}</label>
        <select
          id={`${id}-operator`}
          value={operator}
          onChange={(event) => {
            setWanted(operators.find((name) => name === event.target.value) ?? null);
            enter("");
          }}
        >
          {operators.map((name) => (
            <option key={name} value={name}>
              {t(`operators.${name}`)}
            </option>
          ))}
        </select>
      </div>
      {operator !== "null" && (
        <div className="field">
          <label htmlFor={`${id}-value`}>{t("list.value")}</label>
          <FilterValue
            key={`${field} ${operator}`}
            id={`${id}-value`}
            spec={spec}
            operator={operator}
            labels={labels}
            value={value}
            onChange={enter}
            isInvalid={refusal !== null}
            describedBy={refusal === null ? undefined : `${id}-error`}
          />
          {refusal !== null && (
            <p className="error" id={`${id}-error`} role="alert">
              {t(`rules.${refusal}`)}
            </p>
          )}
        </div>
      )}
      <button type="submit" className="button button-primary">
        {t("actions.add_filter")}
      </button>
    </form>
  );
}
