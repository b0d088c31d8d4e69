import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { createResource } from "@/api/resource";
import type { Row } from "@/api/types";
import { userNames } from "@/api/users";
import { formatNumber } from "@/lib/format";
import { Icon } from "@/ui/icon";
import { isNumeric, nameOf, type Target } from "./definition";
import type { Filter } from "./filters";
import type { Labels } from "./labels";
import { Value } from "./value";

interface FilterChipProps {
  filter: Filter;
  labels: Labels;
  onRemove: () => void;
}

/** One active condition in words, with a button that takes it away. */
export function FilterChip({ filter, labels, onRemove }: FilterChipProps) {
  const { t } = useTranslation();
  const condition = `${labels.field(filter.spec.name)} ${t(`operators.${filter.operator}`)}`;
  const text = useText(filter, labels);
  return (
    <span className="chip">
      <span>
        {condition} <Shown filter={filter} labels={labels} text={text} />
      </span>
      <button
        type="button"
        className="chip-remove"
        aria-label={t("actions.remove", { name: `${condition} ${text}`.trim() })}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

function Shown({ filter, labels, text }: { filter: Filter; labels: Labels; text: string }) {
  const { operator, spec, value } = filter;
  if (operator === "null") return null;
  if (operator === "display" || operator === "contains") return <q>{value}</q>;
  if (spec.target !== undefined) return text;
  const typed = spec.kind === "boolean" ? value === "true" : value;
  return <Value spec={spec} value={typed} labels={labels} isCompact />;
}

/** The value of a condition as plain text. */
function useText({ operator, spec, value }: Filter, labels: Labels): string {
  const { i18n, t } = useTranslation();
  const isRow = spec.target !== undefined && operator !== "display" && operator !== "null";
  const name = useRowName(isRow ? spec.target : undefined, value);
  if (operator === "null") return "";
  if (spec.kind === "enum") return labels.value(spec.name, value);
  if (spec.kind === "boolean") return value === "true" ? t("values.yes") : t("values.no");
  return isNumeric(spec.kind) ? formatNumber(value, i18n.language, spec.scale) : name;
}

/** The name of a row of which only the id is known. */
function useRowName(target: Target | undefined, id: string): string {
  const { display = "id", hasPages = false, path = "" } = target ?? {};
  const row = useQuery({
    ...createResource<Row, never>(path).detail(id),
    enabled: target !== undefined && hasPages,
  });
  const names = useQuery({ ...userNames, enabled: target !== undefined && !hasPages });
  if (target === undefined) return id;
  if (!hasPages) return names.data?.get(id) ?? id;
  return row.data === undefined ? id : nameOf(row.data, display);
}
