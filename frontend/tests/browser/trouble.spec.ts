import type { Route } from "@playwright/test";
import { expect, LOT, openAsStaff, test } from "../support/site";

test.beforeEach(async ({ inventory }) => {
  await inventory.service.add(LOT);
});

test("while the list is on its way, the page says so", async ({ page }) => {
  const held: Route[] = [];
  await page.route("**/api/cars?*", (route) => {
    held.push(route);
  });
  await page.goto("/cars/");
  const results = page.getByRole("region", { name: "Results" });
  await expect(results).toHaveAttribute("aria-busy", "true");
  await expect(results.getByRole("status")).toHaveText("Loading cars");
  await expect(page.locator(".skeleton")).toBeVisible();
  for (const route of held) await route.continue();
  await expect(results).toHaveAttribute("aria-busy", "false");
  await expect(results.getByRole("status")).toHaveText("5 cars on this page");
  await expect(page.locator(".skeleton")).toHaveCount(0);
});

test("without its database, the service says when to come back, and the page does", async ({
  page,
  inventory,
}) => {
  await inventory.postgres.interrupt();
  const answer = page.waitForResponse("**/api/cars?*");
  await page.goto("/cars/");
  expect((await answer).status()).toBe(503);
  const results = page.getByRole("region", { name: "Results" });
  await expect(results.getByRole("alert")).toContainText("The service is busy");
  await expect(results).toContainText("Trying again in 1 second…");
  await inventory.postgres.resume();
  await expect(page.locator("tbody tr")).toHaveCount(5);
});

test("after three tries, only a person tries again", async ({ page, inventory }) => {
  await inventory.postgres.interrupt();
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/cars?")) asked.push(request.url());
  });
  await page.goto("/cars/");
  const again = page.getByRole("button", { name: "Try again", exact: true });
  await expect(again).toBeVisible({ timeout: 30_000 });
  expect(asked).toHaveLength(4);
  await page.waitForTimeout(1500);
  expect(asked).toHaveLength(4);
  await inventory.postgres.resume();
  await again.click();
  await expect(page.locator("tbody tr")).toHaveCount(5);
});

test("a change that was turned away is neither lost nor repeated by itself", async ({
  page,
  inventory,
}) => {
  await openAsStaff(page);
  await page.getByRole("button", { name: "Edit 2020 BMW 320i" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit car" });
  await dialog.getByLabel("Color").fill("Graphite");
  await inventory.postgres.interrupt();
  const writes: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "PUT") writes.push(request.url());
  });
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(dialog.getByRole("alert")).toContainText("The service is busy");
  await expect(dialog).toContainText("Try again in 1 second.");
  await inventory.postgres.resume();
  await page.waitForTimeout(1500);
  expect(writes).toHaveLength(1);
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Saved 2020 BMW 320i.")).toBeVisible();
  await expect(page.getByRole("row", { name: /BMW/ })).toContainText("Graphite");
});

test("a change without an answer is not said to have failed", async ({ page }) => {
  await openAsStaff(page);
  await page.getByRole("button", { name: "Delete 2020 BMW 320i" }).click();
  await page.route("**/api/cars/*", (route) => route.abort("connectionreset"));
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete car" }).click();
  await expect(dialog.getByRole("alert")).toContainText("The service cannot be reached");
  await expect(dialog).toContainText("The change may have been made all the same");
});

test("without a network, the page says so and recovers", async ({ page, context }) => {
  await page.goto("/cars/");
  await expect(page.locator("tbody tr")).toHaveCount(5);
  await context.setOffline(true);
  await page.getByLabel("Sort by").selectOption("price");
  await expect(page.getByText("The service cannot be reached")).toBeVisible();
  await context.setOffline(false);
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.locator("tbody tr").first()).toContainText("Corolla");
});

test("an answer that is none is not mistaken for an empty list", async ({ page }) => {
  await page.route("**/api/cars?*", (route) =>
    route.fulfill({ status: 200, contentType: "text/html", body: "<h1>Welcome</h1>" }),
  );
  await page.goto("/cars/");
  await expect(page.getByText("an answer that makes no sense here")).toBeVisible();
});

test("the home page stays useful when the list does not come", async ({ page }) => {
  await page.route("**/api/cars?*", (route) => route.fulfill({ status: 500, body: "" }));
  await page.goto("/");
  await expect(page.getByText("The request failed")).toBeVisible();
  await page.unroute("**/api/cars?*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("link", { name: "2023 Tesla Model 3" })).toBeVisible();
});
