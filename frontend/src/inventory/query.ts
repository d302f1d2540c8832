/** The orders that the API knows; a minus means descending. */
export const SORTS = {
  "-created_at": "Newest first",
  created_at: "Oldest first",
  price: "Price, low to high",
  "-price": "Price, high to low",
  "-year": "Year, new to old",
  year: "Year, old to new",
  make: "Make, A to Z",
  "-make": "Make, Z to A",
  model: "Model, A to Z",
  "-model": "Model, Z to A",
  color: "Color, A to Z",
  "-color": "Color, Z to A",
} as const;

export type Sort = keyof typeof SORTS;
export const DEFAULT_SORT: Sort = "-created_at";

/** What narrows the list down, named as the API names it; an empty text does not. */
export const FILTERS = ["q", "make", "model", "color", "year", "min_price", "max_price"] as const;
export type Filter = (typeof FILTERS)[number];

/** Everything that decides which cars are on the screen. The page's address carries it. */
export type CarQuery = Record<Filter, string> & { sort: Sort; cursor: string };

export const EVERYTHING: CarQuery = {
  q: "",
  make: "",
  model: "",
  color: "",
  year: "",
  min_price: "",
  max_price: "",
  sort: DEFAULT_SORT,
  cursor: "",
};

/** Reads the query from an address. What it does not know, it leaves out. */
export function readQuery(address: URLSearchParams): CarQuery {
  const query = { ...EVERYTHING };
  for (const filter of FILTERS) query[filter] = address.get(filter)?.trim() ?? "";
  const sort = address.get("sort");
  if (isSort(sort)) query.sort = sort;
  query.cursor = address.get("cursor") ?? "";
  return query;
}

/** The shortest address of the query: what is as by default does not stand in it. */
export function writeQuery(query: CarQuery): URLSearchParams {
  const address = new URLSearchParams();
  for (const filter of FILTERS) {
    const text = query[filter].trim();
    if (text !== "") address.set(filter, text);
  }
  if (query.sort !== DEFAULT_SORT) address.set("sort", query.sort);
  if (query.cursor !== "") address.set("cursor", query.cursor);
  return address;
}

/** The same query with other filters or another order, from its first page. */
export function refine(query: CarQuery, change: Partial<CarQuery>): CarQuery {
  return { ...query, cursor: "", ...change };
}

/** The filters that narrow the list down. */
export function activeFilters(query: CarQuery): Filter[] {
  return FILTERS.filter((filter) => query[filter] !== "");
}

/** The order after a click on a column's heading: ascending first, then the other way round. */
export function toggleSort(
  current: Sort,
  column: "make" | "model" | "year" | "color" | "price",
): Sort {
  return current === column ? `-${column}` : column;
}

export function isSort(text: string | null): text is Sort {
  return text !== null && Object.hasOwn(SORTS, text);
}
