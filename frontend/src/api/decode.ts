import type { Car, CarPage } from "@/inventory/car";
import { isRecord } from "./problem";

/** A page of cars, or `null` where the answer is none. */
export function decodePage(value: unknown): CarPage | null {
  if (!isRecord(value) || !Array.isArray(value.items)) return null;
  const cars = value.items.map(decodeCar);
  if (!cars.every((car) => car !== null)) return null;
  return { cars, next: typeof value.next === "string" ? value.next : null };
}

/** A car, or `null` where the answer is none. */
export function decodeCar(value: unknown): Car | null {
  if (!isRecord(value)) return null;
  const { id, make, model, year, color, price, created_at, updated_at } = value;
  const texts = [make, model, color, price, created_at, updated_at];
  if (!texts.every((text) => typeof text === "string") || typeof year !== "number") return null;
  if (typeof id !== "string" && typeof id !== "number") return null;
  return {
    id: String(id),
    make: String(make),
    model: String(model),
    year,
    color: String(color),
    price: String(price),
    createdAt: String(created_at),
    updatedAt: String(updated_at),
  };
}
