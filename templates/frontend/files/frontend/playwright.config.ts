import { defineConfig, devices } from "@playwright/test";

const address = process.env.E2E_URL ?? "http://127.0.0.1:5173";
const browser = process.env.E2E_BROWSER;

export default defineConfig({
  testDir: "e2e",
  forbidOnly: Boolean(process.env.CI),
  retries: process.env.CI === undefined ? 0 : 1,
  use: {
    baseURL: address,
    locale: "en",
    trace: "retain-on-failure",
    // A browser of the system instead of the one that Playwright installs.
    launchOptions: browser === undefined ? {} : { executablePath: browser, args: ["--no-sandbox"] },
  },
  projects: [{ name: "chromium", use: devices["Desktop Chrome"] }],
  // The back end must run already; the pages are served by the tests themselves.
  webServer: { command: "npm run dev", url: address, reuseExistingServer: true },
});
