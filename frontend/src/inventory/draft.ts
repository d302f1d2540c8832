import { sentenceOf, type FieldError } from "@/api/problem";
import type { CarDraft } from "./car";
import { parsePrice } from "./money";

export const DRAFT_FIELDS = ["make", "model", "year", "color", "price"] as const;
export type DraftField = (typeof DRAFT_FIELDS)[number];

/** A car as it stands in the form: nothing but text. */
export type DraftText = Record<DraftField, string>;
export type DraftErrors = Partial<Record<DraftField, string>>;

export const BLANK: DraftText = { make: "", model: "", year: "", color: "", price: "" };

export function textOf(car: CarDraft): DraftText {
  const { make, model, year, color, price } = car;
  return { make, model, year: String(year), color, price };
}

/** The draft behind the text, or what is wrong with it. The service has the last word. */
export function readDraft(text: DraftText): { draft: CarDraft } | { errors: DraftErrors } {
  const errors: DraftErrors = {};
  for (const field of DRAFT_FIELDS) if (text[field].trim() === "") errors[field] = MISSING[field];
  if (errors.year === undefined && !/^\d{4}$/.test(text.year.trim())) {
    errors.year = "Enter the year in four digits, such as 2021.";
  }
  const price = parsePrice(text.price);
  if (errors.price === undefined && price === null) {
    errors.price = "Enter an amount such as 18,999.00, with at most two decimals.";
  }
  if (price === null || Object.keys(errors).length > 0) return { errors };
  const [make, model, color] = [text.make.trim(), text.model.trim(), text.color.trim()];
  return { draft: { make, model, year: Number(text.year), color, price } };
}

/** The service's complaints by field, and those that belong to no field of the form. */
export function sortErrors(errors: FieldError[]): { fields: DraftErrors; others: FieldError[] } {
  const fields: DraftErrors = {};
  const others: FieldError[] = [];
  for (const error of errors) {
    const field = DRAFT_FIELDS.find((name) => name === error.field);
    if (field === undefined) others.push(error);
    else fields[field] ??= sentenceOf(error);
  }
  return { fields, others };
}

/** The fields in which two versions of a car differ. */
export function differences(mine: CarDraft, theirs: CarDraft): DraftField[] {
  return DRAFT_FIELDS.filter((field) => mine[field] !== theirs[field]);
}

const MISSING: Record<DraftField, string> = {
  make: "Enter the make.",
  model: "Enter the model.",
  year: "Enter the model year.",
  color: "Enter the color.",
  price: "Enter the price.",
};
