const CANONICAL = /^(\d+)(?:\.(\d{1,2}))?$/;
const GROUPED = /^\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?$/;

/**
 * The exact decimal that a person meant: `$18,999.5` is `18999.50`.
 * `null` for what is no amount of dollars and cents, and for commas that do not part thousands.
 */
export function parsePrice(text: string): string | null {
  const amount = text.replace(/^\s*\$\s*/, "").trim();
  const plain = GROUPED.test(amount) ? amount.replaceAll(",", "") : amount;
  const match = CANONICAL.exec(plain);
  if (match === null) return null;
  const whole = (match[1] ?? "").replace(/^0+(?=\d)/, "");
  return `${whole}.${(match[2] ?? "").padEnd(2, "0")}`;
}

/** `18999.00` as `$18,999.00`, digit by digit; any other text as it is. */
export function formatPrice(price: string): string {
  const match = CANONICAL.exec(price);
  if (match === null) return price;
  const whole = (match[1] ?? "").replace(/\B(?=(?:\d{3})+$)/g, ",");
  return `$${whole}.${(match[2] ?? "").padEnd(2, "0")}`;
}
