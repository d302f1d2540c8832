import { expect, test } from "@playwright/test";
import { paintOf } from "@/components/paint";

test("the last word that is a paint decides", () => {
  expect(paintOf("Midnight Blue")).toBe(paintOf("blue"));
  expect(paintOf("Black/Red")).toBe(paintOf("red"));
  expect(paintOf("Pearl")).toBeNull();
  expect(paintOf("constructor")).toBeNull();
});
