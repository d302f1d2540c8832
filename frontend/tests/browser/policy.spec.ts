import { gzipSync } from "node:zlib";
import { BUDGET } from "../../tools/budget.mjs";
import { expect, LOT, test as site } from "../support/site";

const PAGES = ["/", "/cars/", "/missing/"];

site("every page carries its policy, and the server sends the rest", async ({ request }) => {
  for (const page of PAGES) {
    const answer = await request.get(page);
    const html = await answer.text();
    const scripts = /<meta http-equiv="Content-Security-Policy" content="(?<policy>[^"]*)"/.exec(
      html,
    );
    const policies = [scripts?.groups?.policy, answer.headers()["content-security-policy"]];
    expect(policies[0]).toMatch(/^script-src 'self'( 'sha256-[A-Za-z0-9+/]{43}=')+$/);
    expect(policies[1]).toContain("frame-ancestors 'none'");
    expect(policies.join()).not.toMatch(/unsafe|https?:|\*/);
    expect(answer.headers()["x-content-type-options"]).toBe("nosniff");
  }
});

site.describe("what an attacker may have put into a page", () => {
  // The browser says what it blocks; that is no offence of the site.
  site.use({ watched: undefined });

  for (const [what, markup] of Object.entries({
    "an inline script": "<script>window.intruder = true</script>",
    "an event handler": '<img src="/nothing" onerror="window.intruder = true">',
    "a foreign script": '<script src="http://127.0.0.1:9/intruder.js"></script>',
  })) {
    site(`${what} does not run`, async ({ page }) => {
      await page.route("**/cars/", async (route) => {
        if (!route.request().isNavigationRequest()) {
          await route.continue();
          return;
        }
        const answer = await route.fetch();
        const html = (await answer.text()).replace("</body>", `${markup}</body>`);
        expect(html).toContain(markup);
        await route.fulfill({ response: answer, body: html });
      });
      const blocked = page.waitForEvent("console", (message) =>
        message.text().includes("Content Security Policy"),
      );
      await page.goto("/cars/");
      await blocked;
      expect(await page.evaluate(() => "intruder" in window)).toBe(false);
      await expect(page.getByRole("heading", { name: "No cars yet" })).toBeVisible();
    });
  }
});

site("the inventory keeps to its budget of JavaScript", async ({ page, inventory }) => {
  await inventory.service.add(LOT);
  const sizes: Promise<number>[] = [];
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    sizes.push(response.body().then((script) => gzipSync(script, { level: 9 }).length));
  });
  await page.goto("/cars/");
  await expect(page.locator("tbody tr")).toHaveCount(5);
  await page.waitForLoadState("networkidle");
  const total = (await Promise.all(sizes)).reduce((sum, bytes) => sum + bytes, 0);
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThan(BUDGET);
});
