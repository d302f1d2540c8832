import { expect, test } from "@playwright/test";
import { formatPrice, parsePrice } from "@/inventory/money";

test("a price is shown digit by digit", () => {
  for (const [price, shown] of [
    ["0.00", "$0.00"],
    ["999.5", "$999.50"],
    ["18999.00", "$18,999.00"],
    ["1234567.89", "$1,234,567.89"],
    // As floating-point numbers, these two would be another amount.
    ["9007199254740993.01", "$9,007,199,254,740,993.01"],
    ["9999999999.99", "$9,999,999,999.99"],
  ] as const) {
    expect(formatPrice(price)).toBe(shown);
  }
});

test("what is no price is shown as it is", () => {
  for (const text of ["", "n/a", "1e5", "-3.00", "1.005"]) expect(formatPrice(text)).toBe(text);
});

test("an amount may be written as people write it", () => {
  for (const [text, price] of [
    ["18999", "18999.00"],
    [" $18,999.5 ", "18999.50"],
    ["1,234,567.89", "1234567.89"],
    ["$ 5", "5.00"],
    ["007", "7.00"],
    ["0", "0.00"],
    ["9007199254740993.01", "9007199254740993.01"],
  ] as const) {
    expect(parsePrice(text)).toBe(price);
  }
});

test("what could be another amount than was meant is refused", () => {
  for (const text of [
    "",
    "abc",
    "-1",
    "1.005",
    "1e5",
    "18.999,00",
    "18,99",
    "1,2345",
    "1 000",
    ".",
  ]) {
    expect(parsePrice(text), text).toBeNull();
  }
});
