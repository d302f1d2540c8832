"use client";

import { useEffect, useState, type ReactNode } from "react";
import { isTransient, type Problem } from "@/api/problem";
import { Notice } from "./notice";

/** After so many failures in a row, only a person tries again. */
const AUTOMATIC_TRIES = 3;

interface FailureProps {
  problem: Problem;
  /** How many times in a row it has failed. */
  failures: number;
  onRetry: () => void;
  children?: ReactNode;
}

/** A failed request with a way to repeat it; by itself when the server says from when. */
export function Failure({ problem, failures, onRetry, children }: FailureProps) {
  const wait = failures <= AUTOMATIC_TRIES ? problem.retryAfter : null;
  return (
    <Notice problem={problem}>
      {children}
      {wait !== null && <Countdown key={failures} seconds={wait} onEnd={onRetry} />}
      {isTransient(problem) && (
        <button type="button" className="button" onClick={onRetry}>
          {wait === null ? "Try again" : "Try again now"}
        </button>
      )}
    </Notice>
  );
}

function Countdown({ seconds, onEnd }: { seconds: number; onEnd: () => void }) {
  const [left, setLeft] = useState(Math.max(1, seconds));

  useEffect(() => {
    const timer = setTimeout(() => {
      if (left > 1) setLeft(left - 1);
      else onEnd();
    }, 1000);
    return () => {
      clearTimeout(timer);
    };
  }, [left, onEnd]);

  return (
    <p className="countdown">
      Trying again in {left} {left === 1 ? "second" : "seconds"}…
    </p>
  );
}
