import type { CarDraft, CarPage, VersionedCar } from "@/inventory/car";
import { writeQuery, type CarQuery } from "@/inventory/query";
import { decodeCar, decodePage } from "./decode";
import { ApiError, readProblem, unreachable, unreadable } from "./problem";

const CARS = "/api/cars";
/** Longer than the service may take to say that it is overloaded. */
const TIMEOUT = 20_000;

/** One page of the cars that a query asks for. */
export async function listCars(
  query: CarQuery,
  limit: number,
  signal: AbortSignal,
): Promise<CarPage> {
  const address = writeQuery(query);
  // The service's own default may differ from the site's.
  address.set("sort", query.sort);
  address.set("limit", String(limit));
  const response = await send(`${CARS}?${address}`, { signal });
  return decodePage(await readJson(response)) ?? refuse(response);
}

/** A car as it is now, with the version to name when it is changed. */
export async function getCar(id: string): Promise<VersionedCar> {
  return readCar(await send(carPath(id), { cache: "no-cache" }));
}

export async function createCar(draft: CarDraft, token: string): Promise<VersionedCar> {
  return readCar(await send(CARS, { method: "POST", ...body(draft), headers: headers(token) }));
}

/** Changes a car if it is still of the version `etag`; otherwise fails with status 412. */
export async function updateCar(
  id: string,
  draft: CarDraft,
  etag: string | null,
  token: string,
): Promise<VersionedCar> {
  const request = { method: "PUT", ...body(draft), headers: headers(token, etag) };
  return readCar(await send(carPath(id), request));
}

/** Deletes a car. That it is gone already counts as done. */
export async function deleteCar(id: string, token: string): Promise<void> {
  try {
    await send(carPath(id), { method: "DELETE", headers: headers(token) });
  } catch (error) {
    if (!(error instanceof ApiError && error.problem.status === 404)) throw error;
  }
}

function carPath(id: string): string {
  return `${CARS}/${encodeURIComponent(id)}`;
}

function body(draft: CarDraft): RequestInit {
  return { body: JSON.stringify(draft) };
}

function headers(token: string, etag: string | null = null): Record<string, string> {
  return {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    ...(etag === null ? {} : { "if-match": etag }),
  };
}

async function send(path: string, request: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  const response = await fetch(path, { ...request, signal }).catch((error: unknown) => {
    if (request.signal?.aborted === true) throw error;
    throw new ApiError(unreachable());
  });
  if (!response.ok) throw new ApiError(await readProblem(response));
  return response;
}

async function readCar(response: Response): Promise<VersionedCar> {
  const car = decodeCar(await readJson(response)) ?? refuse(response);
  return { car, etag: response.headers.get("etag") };
}

async function readJson(response: Response): Promise<unknown> {
  return response.json().catch(() => refuse(response)) as Promise<unknown>;
}

function refuse(response: Response): never {
  throw new ApiError(unreadable(response.status));
}
