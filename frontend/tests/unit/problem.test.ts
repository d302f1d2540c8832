import { expect, test } from "@playwright/test";
import { isTransient, readProblem, readRetryAfter, sentenceOf, unreachable } from "@/api/problem";

function answer(status: number, body: string, headers: Record<string, string>): Response {
  return new Response(body, { status, headers });
}

test("problem details are read", async () => {
  const body = JSON.stringify({
    type: "/problems/unlikely",
    title: "An unlikely car",
    detail: "The car is not acceptable.",
    status: 422,
    errors: [{ field: "year", message: "must be a whole number" }, { field: 5 }, null],
  });
  const type = { "content-type": "application/problem+json; charset=utf-8" };
  expect(await readProblem(answer(422, body, type))).toEqual({
    status: 422,
    title: "An unlikely car",
    detail: "The car is not acceptable.",
    errors: [{ field: "year", message: "must be a whole number" }],
    retryAfter: null,
  });
});

test("a status in words gives way to what it means here", async () => {
  const type = { "content-type": "application/problem+json" };
  const title = async (body: object) =>
    (await readProblem(answer(503, JSON.stringify(body), type))).title;
  expect(await title({ type: "about:blank", title: "Service Unavailable" })).toBe(
    "The service is busy",
  );
  expect(await title({ type: "/problems/sold-out", title: "Sold out" })).toBe("Sold out");
});

test("a page of a gateway is a problem, too", async () => {
  const html = { "content-type": "text/html", "retry-after": "7" };
  const problem = await readProblem(answer(503, "<html>Bad Gateway</html>", html));
  expect(problem).toMatchObject({ status: 503, title: "The service is busy", retryAfter: 7 });
  expect(problem.detail).not.toContain("<");
});

test("problem details that break off are a problem, too", async () => {
  const type = { "content-type": "application/problem+json" };
  const problem = await readProblem(answer(418, '{"title": "Tea', type));
  expect(problem).toMatchObject({ status: 418, title: "The request failed", errors: [] });
});

test("Retry-After has two forms", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(readRetryAfter("120", now)).toBe(120);
  expect(readRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30);
  expect(readRetryAfter("Wed, 31 Dec 2025 23:00:00 GMT", now)).toBe(0);
  expect(readRetryAfter("soon", now)).toBeNull();
  expect(readRetryAfter(null, now)).toBeNull();
});

test("only what may pass is worth another try", async () => {
  const problem = (status: number) => readProblem(answer(status, "", {}));
  for (const status of [429, 500, 502, 503, 504]) {
    expect(isTransient(await problem(status))).toBe(true);
  }
  for (const status of [400, 401, 404, 412, 422]) {
    expect(isTransient(await problem(status))).toBe(false);
  }
  expect(isTransient(unreachable())).toBe(true);
});

test("a complaint reads as a sentence", () => {
  const complaint = { field: "min_price", message: "must not be above max_price" };
  expect(sentenceOf(complaint)).toBe("Min price must not be above max_price.");
  expect(sentenceOf({ field: "", message: "must be an object." })).toBe("Must be an object.");
});
