import { QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen } from "@testing-library/react";
import i18n from "i18next";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createQueryClient } from "@/app/queries";
import { type FieldSpec } from "./definition";
import { FilterBar } from "./filter-bar";
import { type Labels, textsIn } from "./labels";
import type { ListState } from "./search";

const LABELS: Labels = {
  ...textsIn("en", {}),
  field: (name) => name,
  value: (_, value) => (value === "on_sale" ? "On sale" : value),
};
const FIELDS: readonly FieldSpec[] = [
  { name: "price", kind: "decimal", scale: 2 },
  { name: "pages", kind: "integer" },
  { name: "length", kind: "duration" },
  { name: "status", kind: "enum", values: ["on_sale"] },
];

function show(filters: ListState["filters"] = {}) {
  const change = vi.fn<ListState["change"]>();
  const state = { page: 1, size: 20, sort: "", q: "", filters, query: {}, change };
  render(
    <QueryClientProvider client={createQueryClient(0)}>
      <FilterBar fields={FIELDS} labels={LABELS} state={state} />
    </QueryClientProvider>,
  );
  fireEvent.click(screen.getByRole("button", { name: /^Filter/ }));
  return change;
}

function add(field: string, value: string) {
  fireEvent.change(screen.getByLabelText("Field"), { target: { value: field } });
  fireEvent.change(screen.getByLabelText("Value"), { target: { value } });
  fireEvent.click(screen.getByRole("button", { name: "Add filter" }));
}

describe("filters", () => {
  afterEach(async () => {
    await i18n.changeLanguage("en");
  });

  it.each([
    ["en", "price", "1,299.50", "1299.50"],
    ["de", "price", "1.299,50", "1299.50"],
    ["de", "price", "12.5", "12.5"],
    ["de", "pages", "1.299", "1299"],
    ["en", "length", "1h 30m", "PT5400S"],
  ])("%s: asks for %s %s as %s", async (language, field, typed, sent) => {
    await i18n.changeLanguage(language);
    const change = show();
    add(field, typed);
    expect(change).toHaveBeenCalledWith({ [field]: sent });
  });

  it.each([
    ["price", "abc", "Write a number."],
    ["price", "12,50", "Write a number."],
    ["price", "1e5", "Write a number."],
    ["pages", "1.5", "Write a whole number."],
    ["pages", "9999999999", "Write a whole number."],
    ["pages", " ", "This is required."],
    ["length", "long", "Write a duration such as 1h 30m."],
  ])("refuses %s %j at its input", (field, typed, message) => {
    const change = show();
    add(field, typed);
    const input = screen.getByLabelText("Value");
    expect(change).not.toHaveBeenCalled();
    expect(input).toHaveAttribute("aria-invalid", "true");
    expect(input).toHaveAccessibleDescription(message);
    expect(input).toHaveFocus();
    fireEvent.change(input, { target: { value: "1" } });
    expect(input).toHaveAttribute("aria-invalid", "false");
  });

  it("names what is taken away as people read it", () => {
    show({ status: "on_sale", price__ge: "1299.5", pages__null: "true" });
    for (const name of ["status is On sale", "price at least 1,299.50", "pages is empty"]) {
      expect(screen.getByRole("button", { name: `Remove ${name}` })).toBeVisible();
    }
  });

  it("shows a value that is no number as it stands in the address", () => {
    show({ price: "abc" });
    expect(screen.getByText("abc")).toBeVisible();
  });
});
