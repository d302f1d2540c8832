import { expect, test } from "@playwright/test";
import { EVERYTHING, readQuery, refine, SORTS, toggleSort, writeQuery } from "@/inventory/query";
import type { CarQuery, Sort } from "@/inventory/query";

const NARROW: CarQuery = {
  q: "red tesla & more",
  make: "Mercedes-Benz",
  model: "C 300",
  color: "Škoda grün",
  year: "2021",
  min_price: "10000.00",
  max_price: "20000.50",
  sort: "-price",
  cursor: "eyJvIjoi-_",
};

test("an address leads back to its query", () => {
  for (const query of [EVERYTHING, NARROW]) {
    const address = writeQuery(query).toString();
    expect(readQuery(new URLSearchParams(address))).toEqual(query);
  }
});

test("every sort survives the address", () => {
  for (const sort of Object.keys(SORTS) as Sort[]) {
    const query = { ...EVERYTHING, sort };
    expect(readQuery(writeQuery(query))).toEqual(query);
  }
});

test("the address of everything is empty", () => {
  expect(writeQuery(EVERYTHING).toString()).toBe("");
  expect(writeQuery({ ...EVERYTHING, make: "  " }).toString()).toBe("");
});

test("what is unknown in an address is left out", () => {
  const address = new URLSearchParams("sort=constructor&utm_source=x&make=+Kia+");
  expect(readQuery(address)).toEqual({ ...EVERYTHING, make: "Kia" });
});

test("another filter starts at the first page again", () => {
  expect(refine(NARROW, { color: "" })).toEqual({ ...NARROW, color: "", cursor: "" });
});

test("a heading sorts upwards first, then downwards", () => {
  expect(toggleSort("-created_at", "price")).toBe("price");
  expect(toggleSort("price", "price")).toBe("-price");
  expect(toggleSort("-price", "price")).toBe("price");
  expect(toggleSort("price", "year")).toBe("year");
});
