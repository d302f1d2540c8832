/** A car of the inventory, as the API describes it. */
export interface Car {
  id: string;
  make: string;
  model: string;
  year: number;
  color: string;
  /** An exact decimal such as `18999.00`; it never becomes a floating-point number. */
  price: string;
  createdAt: string;
  updatedAt: string;
}

/** What a person says of a car: everything but what the API assigns. */
export type CarDraft = Pick<Car, "make" | "model" | "year" | "color" | "price">;

/** A car with the version that a conditional change has to name. */
export interface VersionedCar {
  car: Car;
  etag: string | null;
}

/** A page of the inventory; `next` is the cursor of the page after it. */
export interface CarPage {
  cars: Car[];
  next: string | null;
}

/** How a car is called in a sentence: "2021 Toyota Corolla". */
export function nameOf(car: Pick<Car, "year" | "make" | "model">): string {
  return `${car.year} ${car.make} ${car.model}`;
}
