import { useInfiniteQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type Ref as ElementRef, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { pagesOf } from "@/api/resource";
import type { Id, Ref } from "@/api/types";
import { nameOf, type Target } from "@/entity/definition";
import { useDebounced } from "@/ui/debounced";
import { Icon } from "@/ui/icon";

const PAGE_SIZE = 20;

interface RelationPickerProps {
  id: string;
  target: Target;
  value: Ref | null;
  onChange: (value: Ref | null) => void;
  onBlur?: () => void;
  /** Rows that are not offered. */
  excluded?: readonly Id[];
  inputRef?: ElementRef<HTMLInputElement>;
  isInvalid?: boolean;
  isRequired?: boolean;
  isDisabled?: boolean;
  describedBy?: string | undefined;
}

/**
 * Finds a row of another entity: type to search, arrow keys and Enter to choose, page by page.
 * Source: WAI-ARIA Authoring Practices, "Editable Combobox With List Autocomplete".
 */
export function RelationPicker(props: RelationPickerProps) {
  const { describedBy, id, inputRef, onBlur, onChange, value } = props;
  const { isDisabled = false, isInvalid = false, isRequired = false } = props;
  const { t } = useTranslation();
  const listId = useId();
  const [isOpen, setIsOpen] = useState(false);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const found = useOptions(props, text, isOpen);
  const count = found.options.length + (found.hasMore ? 1 : 0);

  function open() {
    if (isDisabled || isOpen) return;
    setText("");
    setActive(0);
    setIsOpen(true);
  }

  function choose(index: number) {
    const option = found.options[index];
    if (option === undefined) {
      if (found.hasMore) found.loadMore();
      return;
    }
    onChange(option);
    setIsOpen(false);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) {
        open();
        return;
      }
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (count > 0) setActive((active + step + count) % count);
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setIsOpen(false);
    }
  }

  return (
    <div className="picker">
      <input
        id={id}
        ref={inputRef}
        type="text"
        role="combobox"
        autoComplete="off"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-activedescendant={isOpen && count > 0 ? `${listId}-${active}` : undefined}
        aria-invalid={isInvalid}
        aria-required={isRequired}
        aria-describedby={describedBy}
        disabled={isDisabled}
        placeholder={value?.display ?? t("picker.search")}
        value={isOpen ? text : (value?.display ?? "")}
        onClick={open}
        onChange={(event) => {
          setIsOpen(true);
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setIsOpen(false);
          onBlur?.();
        }}
      />
      {value !== null && !isDisabled && (
        <button
          type="button"
          className="picker-clear"
          aria-label={t("actions.remove", { name: value.display })}
          onClick={() => {
            onChange(null);
          }}
        >
          <Icon name="close" />
        </button>
      )}
      {/* The list keeps the focus in the input: its options are reached by arrow keys and pointer. */}
      <div
        id={listId}
        role="listbox"
        className="options"
        hidden={!isOpen}
        aria-label={t("picker.search")}
      >
        {found.options.map((option, index) => (
          <Option
            key={option.id}
            id={`${listId}-${index}`}
            isActive={index === active}
            onChoose={() => {
              choose(index);
            }}
          >
            {option.display}
          </Option>
        ))}
        {found.hasMore && (
          <Option
            id={`${listId}-${found.options.length}`}
            isActive={active === found.options.length}
            onChoose={found.loadMore}
          >
            {t("actions.more")}
          </Option>
        )}
        {count === 0 && (
          <div className="option-note">
            {found.isLoading ? t("list.loading") : t("picker.none")}
          </div>
        )}
      </div>
    </div>
  );
}

interface OptionProps {
  id: string;
  isActive: boolean;
  onChoose: () => void;
  children: string;
}

/** The focus stays in the input, which handles the keys. */
function Option({ children, id, isActive, onChoose }: OptionProps) {
  return (
    // eslint-disable-next-line jsx-a11y-x/click-events-have-key-events -- the input has them
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className="option"
      tabIndex={-1}
      ref={(element) => {
        if (isActive) element?.scrollIntoView({ block: "nearest" });
      }}
      onMouseDown={(event) => {
        event.preventDefault();
      }}
      onClick={onChoose}
    >
      {children}
    </div>
  );
}

function useOptions({ excluded = [], target }: RelationPickerProps, text: string, isOpen: boolean) {
  const wanted = useDebounced(text.trim());
  const query = {
    size: PAGE_SIZE,
    ...(target.hasPages && target.display !== "id" ? { sort: target.display } : {}),
    ...(target.search !== undefined && wanted !== "" ? { [target.search]: wanted } : {}),
  };
  const pages = useInfiniteQuery({ ...pagesOf(target.path, query), enabled: isOpen });
  const rows = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const options = rows
    .filter((row) => !excluded.includes(row.id))
    .map((row): Ref => ({ id: row.id, display: nameOf(row, target.display) }))
    .filter(({ display }) => target.search !== undefined || display.includes(text.trim()));
  return {
    options,
    hasMore: pages.hasNextPage,
    isLoading: pages.isFetching,
    loadMore: () => void pages.fetchNextPage(),
  };
}
