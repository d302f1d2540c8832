"use client";

import { useState, type SubmitEvent } from "react";
import { Field } from "@/components/field";
import { parsePrice } from "./money";
import { EVERYTHING, type CarQuery, type Filter } from "./query";

interface FilterPanelProps {
  query: CarQuery;
  onChange: (change: Partial<CarQuery>) => void;
}

const NARROWING = ["make", "model", "color", "year", "min_price", "max_price"] as const;
type Narrowing = (typeof NARROWING)[number];

/** Filters by field. They take effect together, so that a half-typed year is never asked for. */
export function FilterPanel({ query, onChange }: FilterPanelProps) {
  const [errors, setErrors] = useState<Partial<Record<Filter, string>>>({});

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const read = readFilters(new FormData(event.currentTarget));
    setErrors(read.errors);
    if (Object.keys(read.errors).length === 0) onChange(read.filters);
  }

  const field = (name: Narrowing) => ({
    name,
    defaultValue: query[name],
    error: errors[name],
    autoComplete: "off",
  });
  return (
    <form className="filter-panel" onSubmit={submit} noValidate>
      <Field label="Make" {...field("make")} />
      <Field label="Model" {...field("model")} />
      <Field label="Color" {...field("color")} />
      <Field label="Year" inputMode="numeric" maxLength={4} {...field("year")} />
      <Field label="Price from" prefix="$" inputMode="decimal" {...field("min_price")} />
      <Field label="Price to" prefix="$" inputMode="decimal" {...field("max_price")} />
      <div className="filter-actions">
        <button
          type="button"
          className="button button-quiet"
          disabled={NARROWING.every((name) => query[name] === "")}
          onClick={() => {
            onChange({ ...EVERYTHING, q: query.q, sort: query.sort });
          }}
        >
          Clear filters
        </button>
        <button className="button button-primary">Apply</button>
      </div>
    </form>
  );
}

function readFilters(form: FormData) {
  const filters: Partial<Record<Filter, string>> = {};
  const errors: Partial<Record<Filter, string>> = {};
  for (const name of NARROWING) {
    const entry = form.get(name);
    const text = typeof entry === "string" ? entry.trim() : "";
    const value = text === "" ? "" : normal(name, text);
    if (value === null) errors[name] = WRONG[name] ?? "";
    else filters[name] = value;
  }
  return { filters, errors };
}

function normal(name: Narrowing, text: string): string | null {
  if (name === "year") return /^\d{4}$/.test(text) ? text : null;
  return name === "min_price" || name === "max_price" ? parsePrice(text) : text;
}

const WRONG: Partial<Record<Narrowing, string>> = {
  year: "Four digits, such as 2021.",
  min_price: "An amount such as 10,000.",
  max_price: "An amount such as 20,000.",
};
