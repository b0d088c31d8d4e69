import { describe, expect, it } from "vitest";
import { LANGUAGES } from "./languages";
import { changeLanguage } from ".";
import en from "./locales/en.json";

const locales = import.meta.glob<Record<string, Record<string, string>>>("./locales/*.json", {
  eager: true,
  import: "default",
});

function keysOf(texts: Record<string, Record<string, string>>): string[] {
  return Object.entries(texts)
    .flatMap(([group, entries]) => Object.keys(entries).map((key) => `${group}.${key}`))
    .sort();
}

describe("translations", () => {
  it.each(Object.entries(locales))("%s translates every text", (_, texts) => {
    expect(keysOf(texts)).toEqual(keysOf(en));
  });

  it.each(LANGUAGES)("the page is marked as %s", async (language) => {
    await changeLanguage(language);
    expect(document.documentElement).toHaveAttribute("lang", language);
  });
});
