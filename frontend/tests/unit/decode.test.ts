import { expect, test } from "@playwright/test";
import { decodeCar, decodePage } from "@/api/decode";

const ANSWER = {
  id: 42,
  make: "Kia",
  model: "EV6",
  year: 2024,
  color: "Red",
  price: "45000.50",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-02T00:00:00Z",
};

test("an answer becomes a car", () => {
  expect(decodeCar(ANSWER)).toMatchObject({ id: "42", price: "45000.50", year: 2024 });
  expect(decodePage({ items: [ANSWER], next: null })).toMatchObject({ cars: [{ id: "42" }] });
});

test("a price that is a number is refused, because it may not be exact", () => {
  expect(decodeCar({ ...ANSWER, price: 45000.5 })).toBeNull();
});

test("one car that is none spoils the page", () => {
  expect(decodePage({ items: [ANSWER, { id: 1 }], next: null })).toBeNull();
  for (const answer of [null, [], "<html>", { items: {} }]) expect(decodePage(answer)).toBeNull();
});
