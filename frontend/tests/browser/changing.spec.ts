import type { Locator, Page, Route } from "@playwright/test";
import type { CarDraft } from "@/inventory/car";
import { car, expect, expectModels, LOT, openAsStaff, rows, test, TOKEN } from "../support/site";

async function fill(dialog: Locator, draft: Partial<Record<keyof CarDraft, string>>) {
  for (const [field, text] of Object.entries(draft)) {
    const label = field.charAt(0).toUpperCase() + field.slice(1);
    await dialog.getByLabel(label).fill(text);
  }
}

async function openEditor(page: Page, name: string): Promise<Locator> {
  await page.getByRole("button", { name: `Edit ${name}` }).click();
  const dialog = page.getByRole("dialog", { name: "Edit car" });
  await expect(dialog.getByLabel("Make")).toBeVisible();
  return dialog;
}

test("who has no token can look, and nothing else", async ({ page, inventory }) => {
  await inventory.service.add(LOT);
  await page.goto("/cars/");
  await expect(page.locator("tbody tr")).toHaveCount(5);
  await expect(page.getByRole("button", { name: /Add|Edit|Delete/ })).toHaveCount(0);
});

test("the token stays in its tab, and is gone after signing out", async ({ page, context }) => {
  await openAsStaff(page);
  await page.reload();
  await expect(page.getByRole("button", { name: "Add a car" })).toBeVisible();
  const kept = await page.evaluate(() =>
    [sessionStorage, localStorage].map((storage) => Object.entries(storage)),
  );
  expect(kept).toEqual([[["access-token", TOKEN]], []]);
  expect(await context.cookies()).toEqual([]);

  const other = await context.newPage();
  await other.goto("/cars/");
  await expect(other.getByRole("button", { name: "Staff access" })).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Add a car" })).toHaveCount(0);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test("the first car is added to an empty inventory", async ({ page }) => {
  await openAsStaff(page);
  await expect(page.getByRole("heading", { name: "No cars yet" })).toBeVisible();
  await page.getByRole("button", { name: "Add a car" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a car" });
  await fill(dialog, { make: "Mazda", model: "MX-5", year: "2018", color: "Red" });
  await dialog.getByLabel("Price").fill("$21,450.5");
  await dialog.getByLabel("Price").press("Enter");
  await expect(page.getByText("Added 2018 Mazda MX-5.")).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => rows(page)).toEqual([["Mazda", "MX-5", "2018", "Red", "$21,450.50"]]);
  await page.reload();
  await expectModels(page, ["MX-5"]);
});

test("a car is edited, and the list follows", async ({ page, inventory }) => {
  await inventory.service.add(LOT);
  await openAsStaff(page);
  const dialog = await openEditor(page, "2020 BMW 320i");
  await expect(dialog.getByLabel("Price")).toHaveValue("31500.00");
  await fill(dialog, { price: "29,999", color: "Graphite" });
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Saved 2020 BMW 320i.")).toBeVisible();
  await expect
    .poll(async () => (await rows(page))[2])
    .toEqual(["BMW", "320i", "2020", "Graphite", "$29,999.00"]);
});

test("editing starts from the car as it is, not as it was listed", async ({ page, inventory }) => {
  const [id = ""] = await inventory.service.add([car()]);
  await openAsStaff(page);
  await expectModels(page, ["EV6"]);
  await inventory.service.change(id, car({ color: "White" }));
  const dialog = await openEditor(page, "2024 Kia EV6");
  await expect(dialog.getByLabel("Color")).toHaveValue("White");
});

test.describe("two people change one car", () => {
  let dialog: Locator;

  test.beforeEach(async ({ page, inventory }) => {
    const [id = ""] = await inventory.service.add([car()]);
    await openAsStaff(page);
    dialog = await openEditor(page, "2024 Kia EV6");
    await inventory.service.change(id, car({ price: "41000.00", color: "Blue" }));
    await fill(dialog, { price: "43000", color: "Blue" });
    await dialog.getByRole("button", { name: "Save changes" }).click();
    await expect(dialog.getByText("Somebody else changed this car")).toBeVisible();
    await expect(dialog.locator("tbody tr")).toHaveText([/price\s*\$41,000\.00\s*\$43,000\.00/]);
  });

  test("and the second one keeps what the first one said", async ({ page }) => {
    await dialog.getByRole("button", { name: "Keep their version" }).click();
    await expect.poll(() => rows(page)).toEqual([["Kia", "EV6", "2024", "Blue", "$41,000.00"]]);
  });

  test("and the second one insists", async ({ page }) => {
    await dialog.getByRole("button", { name: "Save my version" }).click();
    await expect(page.getByText("Saved 2024 Kia EV6.")).toBeVisible();
    await expect.poll(() => rows(page)).toEqual([["Kia", "EV6", "2024", "Blue", "$43,000.00"]]);
  });

  test("and a third one is faster than the second one's choice", async ({ page, inventory }) => {
    const ofCar = (url: URL) => url.pathname.startsWith("/api/cars/");
    const overtake = async (route: Route) => {
      const id = new URL(route.request().url()).pathname.split("/").at(-1) ?? "";
      await inventory.service.change(id, car({ price: "40000.00" }));
      await route.continue();
    };
    await page.route(ofCar, overtake, { times: 1 });
    await dialog.getByRole("button", { name: "Save my version" }).click();
    await expect(dialog.locator("tbody tr")).toHaveText([
      /color\s*Red\s*Blue/,
      /price\s*\$40,000\.00\s*\$43,000\.00/,
    ]);
  });
});

test("a car that somebody else deleted cannot be edited any more", async ({ page, inventory }) => {
  const [id = ""] = await inventory.service.add([car()]);
  await openAsStaff(page);
  const dialog = await openEditor(page, "2024 Kia EV6");
  await inventory.service.remove(id);
  await fill(dialog, { color: "Blue" });
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(dialog.getByRole("alert")).toContainText("There is no such car");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { name: "No cars yet" })).toBeVisible();
});

test("a car is deleted after a question, and only then", async ({ page, inventory }) => {
  await inventory.service.add(LOT);
  await openAsStaff(page);
  const remove = page.getByRole("button", { name: "Delete 2021 Škoda Octavia" });
  await remove.click();
  const dialog = page.getByRole("dialog", { name: "Delete this car?" });
  await expect(dialog).toContainText("2021 Škoda Octavia, Green, $19,999.99.");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(remove).toBeFocused();

  await remove.click();
  await dialog.getByRole("button", { name: "Delete car" }).click();
  await expect(page.getByText("Deleted 2021 Škoda Octavia.")).toBeFocused();
  await expectModels(page, ["Model 3", "320i", "Golf GTI", "Corolla"]);
});

test("a form with mistakes says which, and is not sent", async ({ page }) => {
  await openAsStaff(page);
  await page.getByRole("button", { name: "Add a car" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a car" });
  const sent: string[] = [];
  page.on("request", (request) => sent.push(request.method()));
  await fill(dialog, { make: "Kia", year: "24", price: "1.005" });
  await dialog.getByRole("button", { name: "Add car" }).click();
  await expect(dialog.getByLabel("Model")).toBeFocused();
  await expect(dialog.getByLabel("Model")).toHaveAccessibleDescription("Enter the model.");
  await expect(dialog.getByLabel("Year")).toHaveAccessibleDescription(/four digits/);
  await expect(dialog.getByLabel("Price")).toHaveAccessibleDescription(/at most two decimals/);
  await expect(dialog.getByLabel("Make")).not.toHaveAttribute("aria-invalid");
  expect(sent).toEqual([]);
});

test("what the service refuses is shown at its field, and nothing typed is lost", async ({
  page,
}) => {
  await openAsStaff(page);
  await page.getByRole("button", { name: "Add a car" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a car" });
  await fill(dialog, {
    make: "Kia",
    model: "x".repeat(65),
    year: "1700",
    color: "Red",
    price: "5",
  });
  await dialog.getByRole("button", { name: "Add car" }).click();
  await expect(dialog.getByRole("alert")).toContainText("This cannot be saved yet");
  const year = dialog.getByLabel("Year");
  await expect(year).toHaveAccessibleDescription(/^Year must be between 1886 and \d{4}\.$/);
  await expect(dialog.getByLabel("Model")).toBeFocused();
  await fill(dialog, { model: "EV6", year: "2024" });
  await dialog.getByRole("button", { name: "Add car" }).click();
  await expect(page.getByText("Added 2024 Kia EV6.")).toBeVisible();
});

test("a wrong token is noticed when it is used, and replaced in place", async ({ page }) => {
  await page.goto("/cars/");
  await page.getByRole("button", { name: "Staff access" }).click();
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByLabel("Access token")).toHaveAccessibleDescription(
    "Enter the access token.",
  );
  await page.getByLabel("Access token").fill("a guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Add a car" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a car" });
  await fill(dialog, { make: "Kia", model: "EV6", year: "2024", color: "Red", price: "45000.50" });
  await dialog.getByRole("button", { name: "Add car" }).click();
  await expect(dialog.getByRole("alert")).toContainText("The access token was not accepted");
  await dialog.getByLabel("Access token").fill(TOKEN);
  await dialog.getByRole("button", { name: "Use this token" }).click();
  await expect(dialog.getByLabel("Price")).toHaveValue("45000.50");
  await dialog.getByRole("button", { name: "Add car" }).click();
  await expect(page.getByText("Added 2024 Kia EV6.")).toBeVisible();
});
