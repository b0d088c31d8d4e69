import i18n from "i18next";
import { afterEach, describe, expect, it } from "vitest";
import { ApiError } from "@/api/client";
import type { FieldProblem } from "@/api/types";
import { describeError } from "./states";

const IN_USE = "Other rows still use this one.";

interface Refusal {
  status: number;
  detail?: string;
  errors?: FieldProblem[];
}

function textOf(refusal: Refusal, method = "POST"): string {
  return describeError(new ApiError({ title: "No", ...refusal }, method), i18n.t).text;
}

describe("errors in words", () => {
  afterEach(async () => {
    await i18n.changeLanguage("en");
  });

  it.each([
    ["an unknown refusal", { status: 409, detail: "Not today." }, "Not today."],
    ["an unknown status", { status: 418, detail: "Tea only." }, "Tea only."],
    ["a status without words", { status: 418 }, "No"],
  ])("keeps the server's words for %s", (_, refusal, text) => {
    expect(textOf(refusal)).toBe(text);
    expect(textOf(refusal, "DELETE")).toBe(text);
  });

  it.each([
    ["DELETE", { status: 409 }, "server.in_use"],
    ["DELETE", { status: 409, detail: IN_USE }, "server.in_use"],
    ["DELETE", { status: 409, detail: `${IN_USE} Or: the other way round.` }, "server.in_use"],
    ["DELETE", { status: 412, detail: "Read it again." }, "errors.changed"],
    ["PATCH", { status: 409, detail: `${IN_USE} Or: the other way round.` }, "server.gone"],
    ["POST", { status: 409 }, "errors.used"],
    ["POST", { status: 413, detail: "Files have at most 9 bytes." }, "server.too_large"],
    ["POST", { status: 429, detail: "Wait." }, "errors.too_often"],
    ["POST", { status: 422, detail: "The values break a rule of the database." }, "server.rule"],
  ] as const)("says what %s %o means", async (method, refusal, key) => {
    i18n.addResource("xx", "translation", key, "translated");
    await i18n.changeLanguage("xx");
    expect(textOf(refusal, method)).toBe("translated");
  });

  it("says once what is wrong with each value", () => {
    const errors = [
      { field: "a", message: "Field required", code: "missing" },
      { field: "b", message: "Field required", code: "missing" },
      { field: "c", message: "It is a secret.", code: "house_rule" },
    ];
    expect(textOf({ status: 422, detail: "3 values break rules.", errors })).toBe(
      "This is required. It is a secret.",
    );
  });
});
