import { useState } from "react";
import { problemOf, type Problem } from "@/api/problem";
import { useAccessToken } from "./access";

const SIGNED_OUT: Problem = {
  status: 401,
  title: "You are signed out",
  detail: "Enter an access token to make this change.",
  errors: [],
  retryAfter: null,
};

export interface Write {
  busy: boolean;
  problem: Problem | null;
  /** Runs a write with the access token; `true` when it was carried out. */
  run: (write: (token: string) => Promise<void>) => Promise<boolean>;
  dismiss: () => void;
}

/** One write at a time, and why the last one failed. A write is never repeated by itself. */
export function useWrite(): Write {
  const token = useAccessToken();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function run(write: (token: string) => Promise<void>): Promise<boolean> {
    if (token === null) {
      setProblem(SIGNED_OUT);
      return false;
    }
    setBusy(true);
    setProblem(null);
    try {
      await write(token);
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  }

  const dismiss = () => {
    setProblem(null);
  };
  return { busy, problem, run, dismiss };
}
