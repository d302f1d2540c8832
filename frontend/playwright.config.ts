import { defineConfig, devices } from "@playwright/test";

const browser = {
  ...devices["Desktop Chrome"],
  screenshot: "only-on-failure" as const,
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
  },
};

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  forbidOnly: process.env.CI !== undefined,
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  reporter: [["list"]],
  projects: [
    { name: "unit", testDir: "tests/unit" },
    { name: "browser", testDir: "tests/browser", use: browser },
    // The site that `provision up` shipped, at SITE_URL.
    { name: "shipped", testDir: "tests/shipped", use: browser },
  ],
});
