"use client";

import { useEffect, useRef } from "react";

/** What the last change did, in words and as the row to point out; a deleted car has none. */
export interface Outcome {
  message: string;
  changed: string | null;
}

export const NO_OUTCOME: Outcome = { message: "", changed: null };

/** Says what the last change did. After a deletion it takes the focus, as its row is gone. */
export function OutcomeMessage({ outcome }: { outcome: Outcome }) {
  const element = useRef<HTMLParagraphElement>(null);

  useEffect(() => {
    if (outcome !== NO_OUTCOME && outcome.changed === null) element.current?.focus();
  }, [outcome]);

  return (
    <p
      ref={element}
      role="status"
      tabIndex={-1}
      className={outcome.message ? "outcome" : "visually-hidden"}
    >
      {outcome.message}
    </p>
  );
}
