/** How a language writes numbers. */
interface Notation {
  digits: readonly string[];
  decimal: string;
  /** A number cut into groups, and one without groups. */
  pattern: RegExp;
}

const PLAIN = /^([+-]?)(\d*)(?:\.(\d+))?(e[+-]?\d+)?$/i;
const notations = new Map<string, Notation>();

/**
 * The number that is written in this language, or plainly as `1299.50` where that cannot mean
 * another number.
 *
 * @returns Every digit as the API takes it, such as `-1299.50`; null when it is no number.
 */
export function parseNumber(text: string, language: string): string | null {
  const { digits, pattern } = notationOf(language);
  const written = Array.from(text.trim().replace(/^−/, "-"), (sign) => {
    const digit = digits.indexOf(sign);
    return digit < 0 ? sign : String(digit);
  }).join("");
  const [, sign, whole = "", fraction = "", exponent = ""] =
    pattern.exec(written) ?? PLAIN.exec(written) ?? [];
  if (whole === "" && fraction === "") return null;
  const integer = whole.replace(/\D/g, "").replace(/^0+(?=\d)/, "") || "0";
  const end = (fraction === "" ? "" : `.${fraction}`) + exponent.toLowerCase();
  return (sign === "-" ? "-" : "") + integer + end;
}

/** A number of the API as an input shows it: in the language, without groups. */
export function writeNumber(value: string, language: string): string {
  return PLAIN.test(value) ? value.replace(".", notationOf(language).decimal) : value;
}

function notationOf(language: string): Notation {
  const known = notations.get(language);
  if (known !== undefined) return known;
  const parts = new Intl.NumberFormat(language).formatToParts(12_345_678.9);
  const partOf = (type: string) => parts.find((part) => part.type === type)?.value;
  const wholes = parts.filter(({ type }) => type === "integer");
  const decimal = partOf("decimal") ?? ".";
  const group = groupPattern(partOf("group") ?? "");
  const size = wholes[1]?.value.length ?? 3; // 2 where lakhs are counted
  const grouped = `[1-9]\\d{0,${size - 1}}(?:${group}\\d{${size}})*${group}\\d{3}`;
  const plainly = new Intl.NumberFormat(language, { useGrouping: false });
  const notation = {
    digits: Array.from({ length: 10 }, (_, digit) => plainly.format(digit)),
    decimal,
    pattern: new RegExp(
      `^([+-]?)(${grouped}|\\d*)(?:${escaped(decimal)}(\\d+))?(e[+-]?\\d+)?$`,
      "i",
    ),
  };
  notations.set(language, notation);
  return notation;
}

/** Keyboards have neither the narrow spaces nor the curved apostrophes of some languages. */
function groupPattern(group: string): string {
  if (/^\s$/.test(group)) return "\\s";
  return /^['’]$/.test(group) ? "['’]" : escaped(group);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
