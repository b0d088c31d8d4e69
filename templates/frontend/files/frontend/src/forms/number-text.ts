import { useState } from "react";
import { useTranslation } from "react-i18next";
import { parseNumber, writeNumber } from "@/lib/number";

interface Typed {
  text: string;
  value: string;
  language: string;
}

/**
 * What an input shows for a number of the API, and how it takes what is typed.
 *
 * The text stays as it is typed while it stands for the number; the form always holds the number
 * as the API writes it, or the text when it is none.
 */
export function useNumberText(value: string, onChange: (value: string) => void) {
  const { language } = useTranslation().i18n;
  const [typed, setTyped] = useState<Typed | null>(null);
  const isCurrent = typed?.value === value && typed.language === language;
  return {
    value: isCurrent ? typed.text : writeNumber(value, language),
    onChange: (event: { target: { value: string } }) => {
      const text = event.target.value;
      const number = parseNumber(text, language) ?? text;
      setTyped({ text, value: number, language });
      onChange(number);
    },
  };
}
