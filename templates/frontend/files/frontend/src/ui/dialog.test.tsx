import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { describe, expect, it } from "vitest";
import { Dialog } from "./dialog";

function Example() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => {
          setIsOpen(true);
        }}
      >
        Ask
      </button>
      {isOpen && (
        <Dialog
          title="Sure?"
          onClose={() => {
            setIsOpen(false);
          }}
        >
          <button
            type="button"
            onClick={() => {
              setIsOpen(false);
            }}
          >
            No
          </button>
        </Dialog>
      )}
    </>
  );
}

describe("dialog", () => {
  it.each([
    ["its button", () => fireEvent.click(screen.getByRole("button", { name: "No" }))],
    ["Escape", () => fireEvent(screen.getByRole("dialog"), new Event("cancel"))],
  ])("gives the focus back when it is closed by %s", (_, close) => {
    render(<Example />);
    const opener = screen.getByRole("button", { name: "Ask" });
    opener.focus();
    fireEvent.click(opener);
    expect(screen.getByRole("button", { name: "No" })).toHaveFocus();
    close();
    expect(screen.queryByRole("dialog")).toBeNull();
    expect(opener).toHaveFocus();
  });
});
