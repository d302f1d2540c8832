import { defineConfig, devices } from "@playwright/test";

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
    {
      name: "browser",
      testDir: "tests/browser",
      use: {
        ...devices["Desktop Chrome"],
        screenshot: "only-on-failure",
        launchOptions: {
          executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
          args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        },
      },
    },
  ],
});
