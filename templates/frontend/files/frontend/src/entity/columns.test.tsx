import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ColumnChooser } from "./columns";
import { type Labels, textsIn } from "./labels";

const LABELS: Labels = {
  ...textsIn("en", {}),
  field: (name) => name,
  value: (_, value) => value,
};

function open() {
  render(
    <>
      <ColumnChooser
        fields={[{ name: "title", kind: "text" }]}
        shown={[]}
        labels={LABELS}
        onToggle={() => undefined}
      />
      <p>Elsewhere</p>
    </>,
  );
  const menu = screen.getByText("Columns", { selector: "summary" }).closest("details");
  if (menu === null) throw new Error("There is no menu.");
  menu.open = true;
  return menu;
}

describe("menu of columns", () => {
  it("closes on Escape and gives the focus back", () => {
    const menu = open();
    const box = screen.getByLabelText("title");
    box.focus();
    fireEvent.keyDown(box, { key: "Escape" });
    expect(menu.open).toBe(false);
    expect(menu.querySelector("summary")).toHaveFocus();
  });

  it("closes on a press outside, not on one inside", () => {
    const menu = open();
    fireEvent.pointerDown(screen.getByLabelText("title"));
    expect(menu.open).toBe(true);
    fireEvent.pointerDown(screen.getByText("Elsewhere"));
    expect(menu.open).toBe(false);
  });

  it("leaves the focus alone while it is closed", () => {
    const menu = open();
    menu.open = false;
    fireEvent.keyDown(document.body, { key: "Escape" });
    expect(document.body).toHaveFocus();
  });
});
