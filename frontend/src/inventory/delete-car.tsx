"use client";

import { deleteCar } from "@/api/cars";
import { Dialog } from "@/components/dialog";
import { nameOf, type Car } from "./car";
import { formatPrice } from "./money";
import { useWrite } from "./use-write";
import { WriteProblem } from "./write-problem";

interface DeleteCarProps {
  car: Car;
  onClose: () => void;
  onDeleted: (car: Car) => void;
}

/** Asks before a car is deleted. */
export function DeleteCar({ car, onClose, onDeleted }: DeleteCarProps) {
  const write = useWrite();

  async function confirm() {
    const done = await write.run((token) => deleteCar(car.id, token));
    if (done) onDeleted(car);
  }

  return (
    <Dialog title="Delete this car?" onClose={onClose}>
      {write.problem && <WriteProblem problem={write.problem} onDismiss={write.dismiss} />}
      <p className="prose">
        <strong>{nameOf(car)}</strong>, {car.color}, {formatPrice(car.price)}. This cannot be
        undone.
      </p>
      <footer className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-danger"
          disabled={write.busy}
          onClick={() => void confirm()}
        >
          {write.busy ? "Deleting…" : "Delete car"}
        </button>
      </footer>
    </Dialog>
  );
}
