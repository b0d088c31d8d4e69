import { beforeEach, describe, expect, it, vi } from "vitest";

const ADDRESS = "https://errors.example.com/reports";
const send = vi.fn();

async function load(endpoint: string) {
  vi.stubEnv("VITE_ERROR_REPORT_URL", endpoint);
  vi.resetModules();
  const { ApiError } = await import("@/api/client");
  const { reportError } = await import("./error-report");
  return { ApiError, reportError };
}

describe("error reports", () => {
  beforeEach(() => {
    vi.unstubAllEnvs();
    send.mockClear();
    Object.defineProperty(navigator, "sendBeacon", { value: send, configurable: true });
  });

  it("tell about a crash", async () => {
    const { reportError } = await load(ADDRESS);
    reportError(new TypeError("x is not a function"));
    expect(send).toHaveBeenCalledExactlyOnceWith(ADDRESS, expect.stringContaining("TypeError"));
  });

  it("leave out what the server refuses every day", async () => {
    const { ApiError, reportError } = await load(ADDRESS);
    reportError(new ApiError({ title: "Not Found", status: 404 }, "GET"));
    expect(send).not.toHaveBeenCalled();
    reportError(new ApiError({ title: "Broken", status: 500 }, "GET"));
    expect(send).toHaveBeenCalledOnce();
  });

  it("go nowhere without an address", async () => {
    const { reportError } = await load("");
    reportError(new Error("lost"));
    expect(send).not.toHaveBeenCalled();
  });
});
