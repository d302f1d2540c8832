import { expect, test } from "@playwright/test";
import { BLANK, differences, readDraft, sortErrors, textOf } from "@/inventory/draft";

const CAR = { make: "Kia", model: "EV6", year: 2024, color: "Red", price: "45000.50" };

test("what is typed becomes a car", () => {
  const text = { make: " Kia ", model: "EV6", year: "2024", color: "Red", price: "$45,000.5" };
  expect(readDraft(text)).toEqual({ draft: CAR });
  expect(readDraft(textOf(CAR))).toEqual({ draft: CAR });
});

test("every mistake is told at once", () => {
  const read = readDraft({ ...BLANK, model: "EV6", year: "24", price: "1.005" });
  expect(Object.keys("errors" in read ? read.errors : {})).toEqual([
    "make",
    "color",
    "year",
    "price",
  ]);
});

test("complaints go to their fields, the first of each, and none is lost", () => {
  const complaints = [
    { field: "year", message: "must be between 1886 and 2027" },
    { field: "year", message: "is odd" },
    { field: "wheels", message: "is not a field of a car" },
  ];
  expect(sortErrors(complaints)).toEqual({
    fields: { year: "Year must be between 1886 and 2027." },
    others: [complaints[2]],
  });
});

test("two versions differ where they differ", () => {
  expect(differences(CAR, CAR)).toEqual([]);
  expect(differences(CAR, { ...CAR, year: 2023, price: "1.00" })).toEqual(["year", "price"]);
});
