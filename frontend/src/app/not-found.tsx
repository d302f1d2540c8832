import type { Metadata } from "next";
import Link from "next/link";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <section className="empty page-empty">
      <h1>There is nothing here</h1>
      <p>The page may have moved, or its address has a typo.</p>
      <Link className="button button-primary" href="/cars/">
        See all cars
      </Link>
    </section>
  );
}
