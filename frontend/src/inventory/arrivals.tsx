"use client";

import Link from "next/link";
import { CarShape } from "@/components/paint";
import { Failure } from "@/components/retry";
import { nameOf, type Car } from "./car";
import { formatPrice } from "./money";
import { EVERYTHING } from "./query";
import { useListing } from "./use-listing";

const SHOWN = 3;

/** The cars that came in last. */
export function Arrivals() {
  const { page, problem, failures, loading, reload } = useListing(EVERYTHING, SHOWN);
  if (problem && !loading) {
    return <Failure problem={problem} failures={failures} onRetry={reload} />;
  }
  if (page?.cars.length === 0) {
    return <p className="empty">The first cars are on their way. Come back soon.</p>;
  }
  return (
    <ul className="arrivals" aria-busy={page === null}>
      {page
        ? page.cars.map((car) => <Arrival key={car.id} car={car} />)
        : Array.from({ length: SHOWN }, (_, index) => (
            <li key={index} className="arrival waiting" aria-hidden="true" />
          ))}
    </ul>
  );
}

function Arrival({ car }: { car: Car }) {
  const like = new URLSearchParams({ make: car.make, model: car.model });
  return (
    <li className="arrival">
      <div className="arrival-picture">
        <CarShape color={car.color} />
      </div>
      <div className="arrival-words">
        <h3>
          <Link href={`/cars/?${like}`}>{nameOf(car)}</Link>
        </h3>
        <p>{car.color}</p>
        <p className="arrival-price">{formatPrice(car.price)}</p>
      </div>
    </li>
  );
}
