import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import { DEFAULT_LANGUAGE, LANGUAGES, type Language } from "./languages";
import en from "./locales/en.json";

const KEY = "language";
const SHELL: Partial<Record<string, () => Promise<{ default: unknown }>>> = import.meta.glob<{
  default: unknown;
}>("./locales/*.json");

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** Starts translation in the visitor's language; English texts fill what a language lacks. */
export async function startTranslation(): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
  });
  await changeLanguage(preferredLanguage());
}

export async function changeLanguage(language: Language): Promise<void> {
  const load = SHELL[`./locales/${language}.json`];
  if (load !== undefined && !i18n.hasResourceBundle(language, "translation")) {
    i18n.addResourceBundle(language, "translation", (await load()).default);
  }
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
  localStorage.setItem(KEY, language);
}

function preferredLanguage(): Language {
  const wishes = [localStorage.getItem(KEY) ?? "", ...navigator.languages];
  for (const wish of wishes) {
    const found = LANGUAGES.find(
      (language) => wish === language || wish.split("-")[0] === language,
    );
    if (found !== undefined) return found;
  }
  return DEFAULT_LANGUAGE;
}
