import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { createResource } from "@/api/resource";
import type { Row } from "@/api/types";
import { userNames } from "@/api/users";
import { Icon } from "@/ui/icon";
import { nameOf, type Target } from "./definition";
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
  const { operator, spec, value } = filter;
  const label = labels.field(spec.name);
  return (
    <span className="chip">
      <span>
        {label} {t(`operators.${operator}`)}{" "}
        {operator !== "null" && <Shown filter={filter} labels={labels} />}
      </span>
      <button
        type="button"
        className="chip-remove"
        aria-label={t("actions.remove", { name: `${label} ${value}` })}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

function Shown({ filter, labels }: { filter: Filter; labels: Labels }) {
  const { operator, spec, value } = filter;
  if (operator === "display") return <q>{value}</q>;
  if (spec.target !== undefined) return <RowName target={spec.target} id={value} />;
  const typed = spec.kind === "boolean" ? value === "true" : value;
  return operator === "contains" ? (
    <q>{value}</q>
  ) : (
    <Value spec={spec} value={typed} labels={labels} isCompact />
  );
}

/** The name of a row of which only the id is known. */
function RowName({ id, target }: { id: string; target: Target }) {
  const isUser = !target.hasPages;
  const row = useQuery({ ...createResource<Row, never>(target.path).detail(id), enabled: !isUser });
  const names = useQuery({ ...userNames, enabled: isUser });
  if (isUser) return names.data?.get(id) ?? id;
  return row.data === undefined ? id : nameOf(row.data, target.display);
}
