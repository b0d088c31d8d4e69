import { useTranslation } from "react-i18next";

/** Texts of one entity in one language. */
export interface EntityTexts {
  readonly singular: string;
  readonly plural: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly help: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly checks: Readonly<Record<string, string>>;
}

/** Texts of one entity by language. */
export type EntityLabels = Readonly<Record<string, EntityTexts>>;

const NOTHING: EntityTexts = {
  singular: "",
  plural: "",
  fields: {},
  help: {},
  values: {},
  checks: {},
};

/** The texts in this language, or else in the first one that there is. */
export function textsIn(language: string, labels: EntityLabels): EntityTexts {
  return labels[language] ?? Object.values(labels)[0] ?? NOTHING;
}

export interface Labels extends EntityTexts {
  field: (name: string) => string;
  value: (field: string, value: string) => string;
}

/** The texts of an entity in the visitor's language. */
export function useLabels(labels: EntityLabels): Labels {
  const { t, i18n } = useTranslation();
  const texts = textsIn(i18n.language, labels);
  const standard: Readonly<Record<string, string>> = {
    id: t("columns.id"),
    created_at: t("columns.created_at"),
    created_by: t("columns.created_by"),
    updated_at: t("columns.updated_at"),
    updated_by: t("columns.updated_by"),
  };
  return {
    ...texts,
    field: (name) => texts.fields[name] ?? standard[name] ?? name,
    value: (field, value) => texts.values[field]?.[value] ?? value,
  };
}
