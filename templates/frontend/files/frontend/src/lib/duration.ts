const ISO =
  /^(-)?P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const WORDS =
  /^(?:(\d+)\s*d)?\s*(?:(\d+)\s*h)?\s*(?:(\d+)\s*m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)\s*s)?$/i;
const CLOCK = /^(\d+):([0-5]?\d)(?::([0-5]?\d))?$/;

/** Seconds of a duration written as `PT1H30M`, `1h 30m` or `1:30`; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const value = text.trim();
  if (value === "") return null;
  const iso = ISO.exec(value);
  if (iso !== null) {
    const [weeks, days, hours, minutes, seconds] = iso.slice(2).map((part) => Number(part || 0));
    const total = sum((weeks ?? 0) * 7 + (days ?? 0), hours, minutes, seconds);
    return iso[1] === undefined ? total : -total;
  }
  const words = WORDS.exec(value);
  if (words !== null) {
    const [days, hours, minutes, seconds] = words.slice(1).map((part) => Number(part || 0));
    return sum(days, hours, minutes, seconds);
  }
  const clock = CLOCK.exec(value);
  return clock === null ? null : sum(0, Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0));
}

/** Seconds of an ISO 8601 duration; 0 when it is none. */
export function durationSeconds(text: string): number {
  return parseDuration(text) ?? 0;
}

/** A number of seconds as people write it: `1h 30m`. */
export function formatDuration(seconds: number): string {
  const rest = Math.abs(seconds);
  const parts = [
    [Math.floor(rest / 86_400), "d"],
    [Math.floor((rest % 86_400) / 3600), "h"],
    [Math.floor((rest % 3600) / 60), "m"],
    [Number((rest % 60).toFixed(3)), "s"],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`);
  return (seconds < 0 ? "-" : "") + (shown.join(" ") || "0s");
}

function sum(days = 0, hours = 0, minutes = 0, seconds = 0): number {
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}
