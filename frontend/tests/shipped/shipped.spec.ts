import { expect, test } from "@playwright/test";

const TOKEN = process.env.API_TOKEN ?? "";

test.use({ baseURL: process.env.SITE_URL });

test("a car is added to the site that was shipped, and stays", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.goto("/cars/");
  await page.getByRole("button", { name: "Staff access" }).click();
  const access = page.getByRole("dialog", { name: "Staff access" });
  await access.getByLabel("Access token").fill(TOKEN);
  await access.getByRole("button", { name: "Sign in" }).click();

  await page.getByRole("button", { name: "Add a car" }).first().click();
  const editor = page.getByRole("dialog", { name: "Add a car" });
  await editor.getByLabel("Make").fill("Mazda");
  await editor.getByLabel("Model").fill("MX-5");
  await editor.getByLabel("Year").fill("2018");
  await editor.getByLabel("Color").fill("Red");
  await editor.getByLabel("Price").fill("$21,450.5");
  await editor.getByLabel("Price").press("Enter");
  await expect(page.getByText("Added 2018 Mazda MX-5.")).toBeVisible();

  await page.reload();
  const row = page.locator("tbody tr").filter({ hasText: "MX-5" });
  await expect(row).toContainText("$21,450.50");
});
