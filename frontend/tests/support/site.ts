import { expect, test as base, type Page } from "@playwright/test";
import { startPreview } from "../../tools/preview.mjs";
import type { CarDraft } from "@/inventory/car";
import { Postgres } from "./postgres";
import { Service, TOKEN } from "./service";

export { expect } from "@playwright/test";
export { TOKEN } from "./service";

/** The whole system: the exported site, the service behind it, and its database. */
interface System {
  url: string;
  service: Service;
  postgres: Postgres;
}

export const test = base.extend<
  { inventory: { service: Service; postgres: Postgres }; watched: undefined },
  { system: System }
>({
  system: [
    async ({}, use) => {
      const postgres = await Postgres.start();
      const service = await Service.start(postgres.url);
      const preview = await startPreview({ api: service.url, port: 0 });
      await use({ url: preview.url, service, postgres });
      await preview.close();
      await service.stop();
      await postgres.remove();
    },
    { scope: "worker", timeout: 60_000 },
  ],

  baseURL: async ({ system }, use) => {
    await use(system.url);
  },

  /** The service and its database, which has no cars at first. */
  inventory: [
    async ({ system: { service, postgres } }, use) => {
      await postgres.query("truncate cars");
      await use({ service, postgres });
      await postgres.resume();
    },
    { auto: true },
  ],

  /** Whatever a story tells: no page may ask another origin, break its policy, or fail. */
  watched: [
    async ({ page, system }, use) => {
      const offences: string[] = [];
      watch(page, system.url, offences);
      await use(undefined);
      expect(offences).toEqual([]);
    },
    { auto: true },
  ],
});

function watch(page: Page, origin: string, offences: string[]): void {
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`)) offences.push(`asks ${url}`);
  });
  page.on("pageerror", (error) => offences.push(`fails: ${error.message}`));
  page.on("console", (message) => {
    // The browser reports every refusal of the service; the stories look at those themselves.
    const expected = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !expected) offences.push(`says: ${message.text()}`);
  });
}

/** Opens the inventory with an access token, as if it had been entered. */
export async function openAsStaff(page: Page, path = "/cars/"): Promise<void> {
  await page.goto("/cars/");
  await page.getByRole("button", { name: "Staff access" }).click();
  const dialog = page.getByRole("dialog", { name: "Staff access" });
  await dialog.getByLabel("Access token").fill(TOKEN);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Add a car" })).toBeVisible();
  if (path !== "/cars/") await page.goto(path);
}

/** The rows of the list, each as its texts. */
export async function rows(page: Page): Promise<string[][]> {
  const cells = await page
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("td:not(.actions)")].map((cell) => cell.textContent),
      ),
    );
  return cells;
}

/** Waits until the list shows these models, in this order. */
export async function expectModels(page: Page, models: string[]): Promise<void> {
  await expect.poll(async () => (await rows(page)).map((row) => row[1])).toEqual(models);
}

export function car(change: Partial<CarDraft> = {}): CarDraft {
  return { make: "Kia", model: "EV6", year: 2024, color: "Red", price: "45000.50", ...change };
}

/** Five cars that differ in everything, the last one being the newest. */
export const LOT: CarDraft[] = [
  { make: "Toyota", model: "Corolla", year: 2019, color: "Silver", price: "14250.00" },
  { make: "Volkswagen", model: "Golf GTI", year: 2022, color: "Midnight Blue", price: "28990.90" },
  { make: "BMW", model: "320i", year: 2020, color: "Black", price: "31500.00" },
  { make: "Škoda", model: "Octavia", year: 2021, color: "Green", price: "19999.99" },
  { make: "Tesla", model: "Model 3", year: 2023, color: "Pearl White", price: "38400.05" },
];
