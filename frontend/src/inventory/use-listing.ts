import { useCallback, useEffect, useState } from "react";
import { listCars } from "@/api/cars";
import { problemOf, type Problem } from "@/api/problem";
import type { CarPage } from "./car";
import { readQuery, writeQuery, type CarQuery } from "./query";

interface Answer {
  request: string;
  page: CarPage | null;
  problem: Problem | null;
  /** How many times in a row it has failed by now. */
  failures: number;
}

export interface Listing extends Omit<Answer, "request"> {
  /** Whether `page` and `problem` are of an earlier request. */
  loading: boolean;
  reload: () => void;
}

const NOTHING: Answer = { request: "", page: null, problem: null, failures: 0 };

/** The page of cars that a query asks for; it is fetched anew when the query changes. */
export function useListing(query: CarQuery, limit: number): Listing {
  const [attempt, setAttempt] = useState(0);
  const [answer, setAnswer] = useState(NOTHING);
  const address = writeQuery(query).toString();
  const request = `${attempt}?${address}`;

  useEffect(() => {
    const { signal, abort } = cancellation();
    listCars(readQuery(new URLSearchParams(address)), limit, signal).then(
      (page) => {
        setAnswer({ request, page, problem: null, failures: 0 });
      },
      (error: unknown) => {
        if (signal.aborted) return;
        const problem = problemOf(error);
        setAnswer(({ failures }) => ({ request, page: null, problem, failures: failures + 1 }));
      },
    );
    return abort;
  }, [request, address, limit]);

  const reload = useCallback(() => {
    setAttempt((attempt) => attempt + 1);
  }, []);
  const { page, problem, failures } = answer;
  return { page, problem, failures, loading: answer.request !== request, reload };
}

function cancellation() {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: () => {
      controller.abort();
    },
  };
}
