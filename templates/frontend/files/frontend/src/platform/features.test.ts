import { describe, expect, it, vi } from "vitest";

describe("features", () => {
  it("are switched on unless the build says otherwise", async () => {
    vi.stubEnv("VITE_DISABLED_FEATURES", "reports,billing");
    vi.resetModules();
    const { isEnabled } = await import("./features");
    expect(["reports", "billing", "search"].map(isEnabled)).toEqual([false, false, true]);
    vi.unstubAllEnvs();
  });
});
