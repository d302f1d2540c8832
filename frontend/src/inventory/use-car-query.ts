import { useSearchParams } from "next/navigation";
import { useCallback, useMemo } from "react";
import { readQuery, refine, writeQuery, type CarQuery } from "./query";

/** How a change of the query enters the browser's history. */
export type Visit = "push" | "replace";

export interface CarQueryControl {
  query: CarQuery;
  /** Narrows the list down or sorts it, from its first page. */
  change: (change: Partial<CarQuery>, visit?: Visit) => void;
  /** Goes to another page of the same list. */
  turnTo: (cursor: string) => void;
}

/** The query that the page's address carries, so that it survives a reload and can be shared. */
export function useCarQuery(): CarQueryControl {
  const address = useSearchParams();
  const query = useMemo(() => readQuery(address), [address]);
  const change = useCallback(
    (change: Partial<CarQuery>, visit: Visit = "push") => {
      show(refine(query, change), visit);
    },
    [query],
  );
  const turnTo = useCallback(
    (cursor: string) => {
      show({ ...query, cursor }, "push");
    },
    [query],
  );
  return { query, change, turnTo };
}

function show(query: CarQuery, visit: Visit): void {
  const search = writeQuery(query).toString();
  const address = search === "" ? window.location.pathname : `?${search}`;
  if (visit === "push") window.history.pushState(null, "", address);
  else window.history.replaceState(null, "", address);
}
