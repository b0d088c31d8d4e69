import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "@/ui/icon";
import type { FieldSpec } from "./definition";
import type { Labels } from "./labels";

/** The columns that a visitor chose for an entity; remembered in this browser. */
export function useColumns(
  entity: string,
  fields: readonly FieldSpec[],
  standard: readonly string[],
) {
  const key = `columns:${entity}`;
  const [names, setNames] = useState(() => readNames(key) ?? standard);
  const shown = fields.filter(({ name }) => names.includes(name));
  return {
    shown: shown.length > 0 ? shown : fields.filter(({ name }) => standard.includes(name)),
    toggle: (name: string) => {
      const next = names.includes(name)
        ? names.filter((other) => other !== name)
        : [...names, name];
      localStorage.setItem(key, JSON.stringify(next));
      setNames(next);
    },
  };
}

function readNames(key: string): string[] | null {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return Array.isArray(stored) ? stored.filter((name) => typeof name === "string") : null;
  } catch {
    return null;
  }
}

interface ColumnChooserProps {
  fields: readonly FieldSpec[];
  shown: readonly FieldSpec[];
  labels: Labels;
  onToggle: (name: string) => void;
}

export function ColumnChooser({ fields, labels, onToggle, shown }: ColumnChooserProps) {
  const { t } = useTranslation();
  const menu = useClosingMenu();
  return (
    <details className="chooser" ref={menu}>
      <summary className="button">
        <Icon name="columns" />
        {t("actions.columns")}
      </summary>
      <fieldset className="chooser-panel">
        <legend className="visually-hidden">{t("actions.columns")}</legend>
        {fields.map((spec) => (
          <label key={spec.name} className="check">
            <input
              type="checkbox"
              value={spec.name}
              checked={shown.includes(spec)}
              disabled={shown.length === 1 && shown.includes(spec)}
              onChange={() => {
                onToggle(spec.name);
              }}
            />
            {labels.field(spec.name)}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

/** Closes the menu on Escape, which gives the focus back, and on a press outside of it. */
function useClosingMenu() {
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    function onPress({ target }: PointerEvent) {
      const menu = ref.current;
      if (menu !== null && !(target instanceof Node && menu.contains(target))) menu.open = false;
    }
    function onKey({ key }: KeyboardEvent) {
      const menu = ref.current;
      if (key !== "Escape" || menu?.open !== true) return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    document.addEventListener("pointerdown", onPress);
    document.addEventListener("keydown", onKey);
    return () => {
      document.removeEventListener("pointerdown", onPress);
      document.removeEventListener("keydown", onKey);
    };
  }, []);
  return ref;
}
