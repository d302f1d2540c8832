"use client";

import { Complaints } from "@/components/complaints";
import { Failure } from "@/components/retry";
import type { Car, CarPage } from "./car";
import { CarTable, TableSkeleton, type CarActions } from "./car-table";
import { Pager } from "./pager";
import { activeFilters, EVERYTHING } from "./query";
import type { CarQueryControl } from "./use-car-query";
import type { Listing } from "./use-listing";

interface ResultsProps {
  control: CarQueryControl;
  listing: Listing;
  actions: CarActions | null;
  changed: string | null;
}

interface PageOfCars {
  page: CarPage;
}

/** The cars found; or that there are none, that they are on their way, or why they don't come. */
export function Results({ control, listing, actions, changed }: ResultsProps) {
  const { page, loading } = listing;
  if (listing.problem && !loading) return <Failed control={control} listing={listing} />;
  return (
    <section className="results" aria-label="Results" aria-busy={loading}>
      <p role="status" className="visually-hidden">
        {loading ? "Loading cars" : count(page?.cars ?? [])}
      </p>
      {page === null ? (
        <TableSkeleton />
      ) : (
        <Page page={page} control={control} actions={actions} changed={changed} />
      )}
    </section>
  );
}

function Page({ page, control, actions, changed }: Omit<ResultsProps, "listing"> & PageOfCars) {
  const { query, change, turnTo } = control;
  return (
    <>
      {page.cars.length === 0 ? (
        <Empty control={control} />
      ) : (
        <CarTable
          cars={page.cars}
          sort={query.sort}
          onSort={(sort) => {
            change({ sort });
          }}
          actions={actions}
          changed={changed}
        />
      )}
      <Pager cursor={query.cursor} next={page.next} onTurn={turnTo} />
    </>
  );
}

function count({ length }: Car[]): string {
  if (length === 0) return "No cars found";
  return length === 1 ? "1 car on this page" : `${length} cars on this page`;
}

function Empty({ control: { query, change } }: { control: CarQueryControl }) {
  const narrowed = activeFilters(query).length > 0;
  return (
    <div className="empty">
      <h2>{narrowed ? "No car matches" : "No cars yet"}</h2>
      <p>
        {narrowed
          ? "Try other words, or fewer filters."
          : "Cars appear here as soon as the first one is added."}
      </p>
      {narrowed && (
        <button
          type="button"
          className="button"
          onClick={() => {
            change({ ...EVERYTHING, sort: query.sort });
          }}
        >
          Show all cars
        </button>
      )}
    </div>
  );
}

/** The address may be what is wrong: a cursor of another order, a year that is none. */
function Failed({ control, listing }: { control: CarQueryControl; listing: Listing }) {
  const { problem, failures, reload } = listing;
  if (problem === null) return null;
  return (
    <section className="results" aria-label="Results">
      <Failure problem={problem} failures={failures} onRetry={reload}>
        <Complaints errors={problem.errors} />
      </Failure>
      {(problem.status === 400 || problem.status === 422) && (
        <button
          type="button"
          className="button"
          onClick={() => {
            control.change(EVERYTHING);
          }}
        >
          Show all cars
        </button>
      )}
    </section>
  );
}
