import { formatDuration, parseDuration } from "./duration";

/** A decimal or whole number given as text or number, grouped as the language does it. */
export function formatNumber(value: string | number, language: string, scale?: number): string {
  if (Number.isNaN(Number(value))) return String(value); // an address may hold anything
  const options = scale === undefined ? {} : { minimumFractionDigits: scale };
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 20, ...options });
  // Text keeps every digit: the standard accepts it, TypeScript asks for a literal type.
  return format.format(value as Intl.StringNumericLiteral | number);
}

export function formatDate(value: string, language: string): string {
  return format(`${value}T00:00:00Z`, language, { dateStyle: "medium", timeZone: "UTC" });
}

export function formatTime(value: string, language: string): string {
  const hasSeconds = !/^\d+:\d+(:00(\.0+)?)?$/.test(value);
  return format(`1970-01-01T${value.slice(0, 8)}Z`, language, {
    timeStyle: hasSeconds ? "medium" : "short",
    timeZone: "UTC",
  });
}

/** A moment in the visitor's own time zone. */
export function formatDateTime(value: string, language: string): string {
  return format(value, language, { dateStyle: "medium", timeStyle: "short" });
}

export function formatDurationText(value: string): string {
  const seconds = parseDuration(value);
  return seconds === null ? value : formatDuration(seconds);
}

export function formatBytes(value: number, language: string): string {
  const step = Math.min(Math.floor(Math.log2(Math.max(value, 1)) / 10), 3);
  const unit = (["byte", "kilobyte", "megabyte", "gigabyte"] as const)[step] ?? "byte";
  const options = { style: "unit", unit, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, options).format(value / 1024 ** step);
}

/** What `<input type="datetime-local">` takes: local time without a zone. */
export function toLocalInput(value: string | Date): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return "";
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, moment.getSeconds() === 0 ? 16 : 19);
}

function format(value: string, language: string, options: Intl.DateTimeFormatOptions): string {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return value;
  return new Intl.DateTimeFormat(language, options).format(moment);
}
