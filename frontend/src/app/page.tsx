import Link from "next/link";
import { Icon } from "@/components/icon";
import { CarShape } from "@/components/paint";
import { Arrivals } from "@/inventory/arrivals";

const BUDGETS = [
  { label: "Under $15,000", href: "/cars/?max_price=14999.99&sort=price" },
  { label: "$15,000 to $30,000", href: "/cars/?min_price=15000.00&max_price=30000.00&sort=price" },
  { label: "Over $30,000", href: "/cars/?min_price=30000.01&sort=price" },
];

export default function HomePage() {
  return (
    <>
      <section className="hero">
        <div className="hero-words">
          <h1>The car you want, at the price it says.</h1>
          <p className="lead">
            One lot, one list, no small print. What you see here is what stands outside.
          </p>
          <form className="hero-search" action="/cars/" role="search">
            <label htmlFor="hero-q" className="visually-hidden">
              Search cars
            </label>
            <Icon name="search" />
            <input
              id="hero-q"
              name="q"
              type="search"
              className="input"
              placeholder="Search make, model or color"
            />
            <button className="button button-primary">Search</button>
          </form>
          <ul className="budgets" aria-label="By budget">
            {BUDGETS.map(({ label, href }) => (
              <li key={href}>
                <Link className="chip" href={href}>
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </div>
        <div className="hero-car">
          <CarShape color="teal" />
        </div>
      </section>
      <section aria-labelledby="arrivals">
        <div className="section-head">
          <h2 id="arrivals">Just arrived</h2>
          <Link href="/cars/" className="more">
            See all cars
            <Icon name="arrowRight" />
          </Link>
        </div>
        <Arrivals />
      </section>
    </>
  );
}
