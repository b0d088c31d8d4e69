import { describe, expect, it } from "vitest";
import { durationSeconds, formatDuration, parseDuration } from "./duration";

describe("durations", () => {
  it.each([
    ["PT1H30M", 5400],
    ["P1DT2S", 86_402],
    ["-PT5S", -5],
    ["1h 30m", 5400],
    ["90 min", 5400],
    ["1:30", 5400],
    ["0:00:05", 5],
  ])("reads %s", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(["", "long", "1:75", "P"])("refuses %j", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([5400, 86_402, 0, 59.5])("reads back what it writes: %d", (seconds) => {
    expect(parseDuration(formatDuration(seconds))).toBe(seconds);
  });

  it("counts the seconds of ISO 8601", () => {
    expect(durationSeconds("PT2M")).toBe(120);
  });
});
