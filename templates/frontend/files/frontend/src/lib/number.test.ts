import { describe, expect, it } from "vitest";
import { formatNumber } from "./format";
import { parseNumber, writeNumber } from "./number";

describe("numbers", () => {
  it.each([
    ["en", "12.50", "12.50"],
    ["en", "1,299.50", "1299.50"],
    ["en", "12,345,678", "12345678"],
    ["en", " -7 ", "-7"],
    ["en", "+007", "7"],
    ["en", ".5", "0.5"],
    ["en", "1.5E-7", "1.5e-7"],
    ["de", "12,50", "12.50"],
    ["de", "1.299,50", "1299.50"],
    ["de", "1.299", "1299"],
    ["de", "12.50", "12.50"],
    ["de", "0.125", "0.125"],
    ["de", "1234.567", "1234.567"],
    ["de", "−3,5", "-3.5"],
    ["fr", "1 299,50", "1299.50"],
    ["es", "12.345,6", "12345.6"],
    ["hi", "1,23,45,678", "12345678"],
    ["de-CH", "1'299.50", "1299.50"],
    ["ar-EG", "١٬٢٩٩٫٥", "1299.5"],
    ["en", "9,223,372,036,854,775,807", "9223372036854775807"],
    ["de", "0,10000000000000000001", "0.10000000000000000001"],
  ])("%s: reads %j as %s", (language, text, number) => {
    expect(parseNumber(text, language)).toBe(number);
  });

  it.each([
    ["en", ""],
    ["en", "abc"],
    ["en", "12,50"],
    ["en", "1,29.5"],
    ["en", "0,123"],
    ["en", "1.2.3"],
    ["en", "12."],
    ["en", "0x10"],
    ["en", "--1"],
    ["de", "1,299,50"],
    ["de", "1.299.50"],
    ["de", "NaN"],
  ])("%s: refuses %j", (language, text) => {
    expect(parseNumber(text, language)).toBeNull();
  });

  it.each(["en", "de", "es", "fr", "hi", "de-CH", "ar-EG", "pl", "sv"])(
    "%s: reads what it shows",
    (language) => {
      for (const number of ["499.00", "1299.5", "-12345678.25", "0.125", "1.299"]) {
        expect(parseNumber(writeNumber(number, language), language)).toBe(number);
      }
      expect(parseNumber(formatNumber("12345678.25", language), language)).toBe("12345678.25");
    },
  );

  it("shows what is no number as it is", () => {
    expect(formatNumber("abc", "de")).toBe("abc");
    expect(writeNumber("1.2.x", "de")).toBe("1.2.x");
  });
});
