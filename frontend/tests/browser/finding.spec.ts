import { car, expect, expectModels, LOT, rows, test } from "../support/site";

test.beforeEach(async ({ inventory }) => {
  await inventory.service.add(LOT);
});

test("the home page shows what came in last, and leads to it", async ({ page }) => {
  await page.goto("/");
  const arrivals = page.getByRole("region", { name: "Just arrived" }).getByRole("listitem");
  await expect(arrivals).toHaveText([
    /2023 Tesla Model 3.*Pearl White.*\$38,400\.05/,
    /2021 Škoda Octavia.*Green.*\$19,999\.99/,
    /2020 BMW 320i.*Black.*\$31,500\.00/,
  ]);
  await page.getByRole("link", { name: "2021 Škoda Octavia" }).click();
  await expect(page).toHaveURL("/cars/?make=%C5%A0koda&model=Octavia");
  await expectModels(page, ["Octavia"]);
});

test("a search on the home page is answered by the inventory", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("searchbox", { name: "Search cars" }).fill("golf");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/cars/?q=golf");
  await expectModels(page, ["Golf GTI"]);
  await expect(page.getByRole("searchbox", { name: "Search cars" })).toHaveValue("golf");
});

test("a budget on the home page narrows the inventory", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "$15,000 to $30,000" }).click();
  await expectModels(page, ["Octavia", "Golf GTI"]);
});

test("every car is listed with all that is said of it, the newest first", async ({ page }) => {
  await page.goto("/cars/");
  await expectModels(page, ["Model 3", "Octavia", "320i", "Golf GTI", "Corolla"]);
  expect((await rows(page))[0]).toEqual(["Tesla", "Model 3", "2023", "Pearl White", "$38,400.05"]);
  await expect(page.getByText("5 cars on this page")).toBeAttached();
});

test("prices are exact, whatever their size", async ({ page, inventory }) => {
  await inventory.service.add([car({ price: "9999999999.99" }), car({ price: "0.1" })]);
  await page.goto("/cars/");
  await expect(page.getByRole("cell", { name: "$9,999,999,999.99" })).toBeVisible();
  await expect(page.getByRole("cell", { name: "$0.10" })).toBeVisible();
});

test("the search follows what is typed, and survives a reload", async ({ page }) => {
  await page.goto("/cars/");
  await page.getByRole("searchbox").pressSequentially("te wh", { delay: 60 });
  await expectModels(page, ["Model 3"]);
  await expect(page).toHaveURL("/cars/?q=te+wh");
  await page.reload();
  await expectModels(page, ["Model 3"]);
  await page.getByRole("searchbox").clear();
  await expect(page).toHaveURL("/cars/");
  await expect(page.locator("tbody tr")).toHaveCount(5);
});

test("no answer to an earlier search replaces that to a later one", async ({ page }) => {
  await page.route(/[?&]q=bmw/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue().catch(() => undefined);
  });
  await page.goto("/cars/");
  const slow = page.waitForRequest(/[?&]q=bmw/);
  await page.getByRole("searchbox").fill("bmw");
  await slow;
  await page.getByRole("searchbox").fill("golf");
  await expectModels(page, ["Golf GTI"]);
  await page.waitForTimeout(1800);
  await expectModels(page, ["Golf GTI"]);
});

test("filters take effect together and can be taken back", async ({ page }) => {
  await page.goto("/cars/");
  await page.getByRole("button", { name: "Filters" }).click();
  await page.getByLabel("Year").fill("21");
  await page.getByLabel("Price from").fill("$15,000");
  await page.getByLabel("Price to").fill("30000");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("Four digits, such as 2021.")).toBeVisible();
  await expect(page).toHaveURL("/cars/");

  await page.getByLabel("Year").clear();
  await page.getByRole("button", { name: "Apply" }).click();
  await expectModels(page, ["Octavia", "Golf GTI"]);
  await expect(page).toHaveURL("/cars/?min_price=15000.00&max_price=30000.00");

  await page.getByLabel("Make").fill("volkswagen");
  await page.getByLabel("Make").press("Enter");
  await expectModels(page, ["Golf GTI"]);
  await page.goBack();
  await expectModels(page, ["Octavia", "Golf GTI"]);
  await expect(page.getByLabel("Make")).toHaveValue("");

  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(5);
});

test("headings and the menu sort", async ({ page }) => {
  await page.goto("/cars/");
  await page.getByRole("button", { name: "Price" }).click();
  await expectModels(page, ["Corolla", "Octavia", "Golf GTI", "320i", "Model 3"]);
  const price = page.getByRole("columnheader", { name: "Price" });
  await expect(price).toHaveAttribute("aria-sort", "ascending");
  await expect(page.getByLabel("Sort by")).toHaveValue("price");

  await page.getByRole("button", { name: "Price" }).click();
  await expectModels(page, ["Model 3", "320i", "Golf GTI", "Octavia", "Corolla"]);
  await expect(price).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL("/cars/?sort=-price");

  await page.getByLabel("Sort by").selectOption("Year, old to new");
  await expectModels(page, ["Corolla", "320i", "Octavia", "Golf GTI", "Model 3"]);
  await expect(price).not.toHaveAttribute("aria-sort");
});

test("pages go forward and back, and none is skipped or shown twice", async ({
  page,
  inventory,
}) => {
  const many = Array.from({ length: 40 }, (_, n) => car({ model: `M${n}`, year: 1980 + n }));
  await inventory.service.add(many);
  await page.goto("/cars/?sort=-year&make=kia");
  const next = page.getByRole("button", { name: "Next" });
  const shown: string[] = [];
  for (const number of [1, 2]) {
    await expect(page.getByText(`Page ${number}`)).toBeVisible();
    await expectModels(
      page,
      Array.from({ length: 20 }, (_, n) => `M${39 - 20 * (number - 1) - n}`),
    );
    shown.push(...(await rows(page)).map((row) => row[1] ?? ""));
    if (number === 1) await next.click();
  }
  expect(new Set(shown).size).toBe(40);
  await expect(next).toBeDisabled();

  await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.getByText("Page 1")).toBeVisible();
  await expect(page.locator("tbody tr").first()).toContainText("M39");
  await page.goBack();
  await expect(page.locator("tbody tr").first()).toContainText("M19");

  // Who comes in on a later page has not seen those before it.
  await page.reload();
  await expect(page.locator("tbody tr").first()).toContainText("M19");
  await page.getByRole("button", { name: "First page" }).click();
  await expect(page.locator("tbody tr").first()).toContainText("M39");
});

test("a search without a match says so and leads back", async ({ page }) => {
  await page.goto("/cars/?q=trabant&sort=price");
  await expect(page.getByRole("heading", { name: "No car matches" })).toBeVisible();
  await page.getByRole("button", { name: "Show all cars" }).click();
  await expect(page).toHaveURL("/cars/?sort=price");
  await expect(page.locator("tbody tr")).toHaveCount(5);
  await expect(page.getByRole("searchbox")).toHaveValue("");
});

test("an address that asks for the impossible says what is wrong with it", async ({ page }) => {
  await page.goto("/cars/?min_price=5&max_price=1&cursor=nonsense");
  const notice = page.getByRole("region", { name: "Results" });
  await expect(notice).toContainText("This list cannot be shown");
  await expect(notice.getByRole("listitem")).toHaveText([
    "Min price must not be above max_price.",
    "Cursor is not a cursor of a list in this order.",
  ]);
  await expect(notice.getByRole("button", { name: "Try again" })).toHaveCount(0);
  await notice.getByRole("button", { name: "Show all cars" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(5);
});

test("what is not there has a page of its own", async ({ page }) => {
  const answer = await page.goto("/no/such/page/");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await page.getByRole("link", { name: "See all cars" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(5);
});
