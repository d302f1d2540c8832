/** The name that stands on every page. */
export const BRAND = "Vitality Cars";
