import { act, fireEvent, render, screen } from "@testing-library/react";
import i18n from "i18next";
import { useState } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { useNumberText } from "./number-text";

function Example({ stored }: { stored: string }) {
  const [value, setValue] = useState(stored);
  const text = useNumberText(value, setValue);
  return (
    <>
      <input aria-label="number" {...text} />
      <output>{value}</output>
      <button
        type="button"
        onClick={() => {
          setValue(stored);
        }}
      >
        Reset
      </button>
    </>
  );
}

function type(value: string) {
  fireEvent.change(screen.getByLabelText("number"), { target: { value } });
}

describe("input of a number", () => {
  afterEach(async () => {
    await act(() => i18n.changeLanguage("en"));
  });

  it("shows and takes the number in the visitor's language", async () => {
    await i18n.changeLanguage("de");
    render(<Example stored="499.00" />);
    expect(screen.getByLabelText("number")).toHaveValue("499,00");
    type("1.299,5");
    expect(screen.getByLabelText("number")).toHaveValue("1.299,5");
    expect(screen.getByRole("status")).toHaveTextContent(/^1299\.5$/);
    await act(() => i18n.changeLanguage("en"));
    expect(screen.getByLabelText("number")).toHaveValue("1299.5");
  });

  it("keeps what is no number for the form to refuse", () => {
    render(<Example stored="" />);
    type("12,50");
    expect(screen.getByLabelText("number")).toHaveValue("12,50");
    expect(screen.getByRole("status")).toHaveTextContent(/^12,50$/);
  });

  it("shows another number that the form is given", () => {
    render(<Example stored="7" />);
    type("8.0");
    fireEvent.click(screen.getByRole("button"));
    expect(screen.getByLabelText("number")).toHaveValue("7");
  });
});
