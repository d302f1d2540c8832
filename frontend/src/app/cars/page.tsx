import type { Metadata } from "next";
import { Suspense } from "react";
import { Inventory } from "@/inventory/inventory";
import { TableSkeleton } from "@/inventory/car-table";

export const metadata: Metadata = { title: "Inventory" };

export default function CarsPage() {
  return (
    <Suspense fallback={<Waiting />}>
      <Inventory />
    </Suspense>
  );
}

/** What the exported page shows before it knows its own address. */
function Waiting() {
  return (
    <>
      <header className="page-head">
        <div>
          <h1>Inventory</h1>
          <p className="lead">Every car on the lot, as it is right now.</p>
        </div>
      </header>
      <noscript>
        <p>The inventory needs JavaScript.</p>
      </noscript>
      <TableSkeleton />
    </>
  );
}
