import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type axe from "axe-core";
import { car, expect, LOT, openAsStaff, test } from "../support/site";

const SCREENS = {
  desktop: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
} as const;

/** Every state of the site that looks different, and the way there. */
const STATES: Record<string, (page: Page) => Promise<void>> = {
  home: async (page) => {
    await page.goto("/");
    await expect(page.getByRole("link", { name: "2023 Tesla Model 3" })).toBeVisible();
  },
  inventory: async (page) => {
    await page.goto("/cars/?sort=-price");
    await expect(page.locator("tbody tr")).toHaveCount(6);
  },
  staff: async (page) => {
    await openAsStaff(page);
    await page.getByRole("button", { name: "Filters" }).click();
  },
  access: async (page) => {
    await page.goto("/cars/");
    await page.getByRole("button", { name: "Staff access" }).click();
  },
  editor: async (page) => {
    await openAsStaff(page);
    await page.getByRole("button", { name: "Edit 2020 BMW 320i" }).click();
    await page.getByRole("dialog").getByLabel("Year").fill("1700");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByText(/^Year must be between/)).toBeVisible();
  },
  deletion: async (page) => {
    await openAsStaff(page);
    await page.getByRole("button", { name: "Delete 2020 BMW 320i" }).click();
  },
  conflict: async (page) => {
    await openAsStaff(page);
    await page.route("**/api/cars/*", (route) =>
      route.request().method() === "PUT" ? route.fulfill({ status: 412 }) : route.continue(),
    );
    await page.getByRole("button", { name: "Edit 2020 BMW 320i" }).click();
    await page.getByRole("dialog").getByLabel("Color").fill("Graphite");
    await page.getByRole("button", { name: "Save changes" }).click();
    await expect(page.getByRole("button", { name: "Save my version" })).toBeVisible();
  },
  nothing: async (page) => {
    await page.goto("/cars/?q=trabant");
    await expect(page.getByRole("heading", { name: "No car matches" })).toBeVisible();
  },
  busy: async (page) => {
    await page.route("**/api/cars?*", (route) =>
      route.fulfill({ status: 503, headers: { "retry-after": "30" } }),
    );
    await page.goto("/cars/");
    await expect(page.getByText("Trying again in")).toBeVisible();
  },
  missing: async (page) => {
    await page.goto("/missing/");
  },
};

for (const scheme of ["light", "dark"] as const) {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    test.describe(`${scheme}, ${screen}`, () => {
      test.use({ colorScheme: scheme, viewport, hasTouch: screen === "phone" });

      test("every state is accessible and fits the screen", async ({ page, inventory }) => {
        test.slow();
        await inventory.service.add([...LOT, car({ make: "W".repeat(64), model: "M".repeat(64) })]);
        for (const [state, show] of Object.entries(STATES)) {
          await page.unrouteAll();
          await show(page);
          await page.screenshot({
            path: `screenshots/${state}-${screen}-${scheme}.png`,
            animations: "disabled",
          });
          expect(await violations(page), state).toEqual([]);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width, `${state} is wider than the screen`).toBeLessThanOrEqual(viewport.width);
          await page.evaluate(() => {
            sessionStorage.clear();
          });
        }
      });
    });
  }
}

test("light and dark are two sets of colors", async ({ page }) => {
  await page.goto("/");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  await page.emulateMedia({ colorScheme: "dark" });
  expect(brightness(light)).toBeGreaterThan(0.9);
  expect(brightness(await background())).toBeLessThan(0.15);
});

test("on a phone, the cards are still a table to a screen reader", async ({ page, inventory }) => {
  await inventory.service.add(LOT.slice(0, 1));
  await page.setViewportSize(SCREENS.phone);
  await page.goto("/cars/");
  const row = page.getByRole("table", { name: "Cars" }).getByRole("row").last();
  await expect(row.getByRole("cell")).toHaveText([
    "Toyota",
    "Corolla",
    "2019",
    "Silver",
    "$14,250.00",
  ]);
});

test("everything can be done with the keyboard", async ({ page, inventory }) => {
  await inventory.service.add(LOT);
  await openAsStaff(page);
  await page.reload();
  const { keyboard } = page;
  await keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Sign out" })).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add a car" });
  for (const [label, text] of Object.entries({
    Make: "Fiat",
    Model: "500e",
    Year: "2022",
    Color: "Pink",
    Price: "24,990",
  })) {
    await expect(dialog.getByLabel(label)).toBeFocused();
    await keyboard.type(text);
    await keyboard.press("Tab");
  }
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await expect(page.getByText("Added 2022 Fiat 500e.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a car" })).toBeFocused();
});

/** What axe finds on the page, in short. */
async function violations(page: Page): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(await readFile(path, "utf8"));
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run({ resultTypes: ["violations"] }),
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Of a color as `rgb(r, g, b)`, between 0 and 1. */
function brightness(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
