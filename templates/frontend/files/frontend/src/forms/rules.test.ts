import i18n from "i18next";
import { afterEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import * as rules from "./rules";

function refusalOf(rule: z.ZodType, value: string): string | undefined {
  return rule.safeParse(value).error?.issues[0]?.message;
}

describe("rules", () => {
  afterEach(async () => {
    await i18n.changeLanguage("en");
  });

  it("shows an example of the expected form where there is one", () => {
    const pattern = "[A-Z]{2}";
    expect(refusalOf(rules.text({ pattern }), "x")).toBe("This does not have the expected form.");
    expect(refusalOf(rules.text({ pattern, example: "AT" }), "x")).toBe(
      "This does not have the expected form, for example AT.",
    );
  });

  it("shows limits as the language writes numbers", async () => {
    const price = rules.decimal({ precision: 10, scale: 2, max: "1299.5" });
    expect(refusalOf(price, "1300")).toBe("At most 1,299.5.");
    await i18n.changeLanguage("de");
    expect(refusalOf(price, "1300")).toContain("1.299,5");
  });

  it.each([
    [rules.integer(), "1.5"],
    [rules.integer(), "9999999999"],
    [rules.bigint(), "9223372036854775808"],
    [rules.float(), "0x10"],
    [rules.float(), "Infinity"],
    [rules.decimal({ precision: 4, scale: 2 }), "1e1"],
    [rules.decimal({ precision: 4, scale: 2 }), "1.234"],
  ])("takes no other numbers (%#: %s)", (rule, value) => {
    expect(refusalOf(rule, value)).toBeDefined();
  });

  it("keeps every digit", () => {
    const decimal = rules.decimal({ precision: 30, scale: 20 });
    expect(decimal.parse("0.10000000000000000001")).toBe("0.10000000000000000001");
    expect(rules.bigint().parse("9223372036854775807")).toBe("9223372036854775807");
  });
});
