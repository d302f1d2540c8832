"use client";

import { useState } from "react";
import { Icon } from "@/components/icon";

interface PagerProps {
  /** The cursor of this page, and of the one after it. */
  cursor: string;
  next: string | null;
  onTurn: (cursor: string) => void;
}

/**
 * Pages forward along the cursors, and back along those that were seen. Who comes in on a later
 * page has seen none: for them there is the way to the first.
 */
export function Pager({ cursor, next, onTurn }: PagerProps) {
  const [trail, setTrail] = useState([""]);
  const position = trail.indexOf(cursor);
  const previous = trail[position - 1];

  function forward(next: string) {
    setTrail([...trail.slice(0, position + 1), ...(position < 0 ? [cursor] : []), next]);
    onTurn(next);
  }

  if (cursor === "" && next === null) return null;
  return (
    <nav className="pager" aria-label="Pages">
      <button
        type="button"
        className="button"
        disabled={cursor === ""}
        onClick={() => {
          onTurn(previous ?? "");
        }}
      >
        <Icon name="previous" />
        {previous === undefined && cursor !== "" ? "First page" : "Previous"}
      </button>
      {position >= 0 && trail[0] === "" && <span className="pager-page">Page {position + 1}</span>}
      <button
        type="button"
        className="button"
        disabled={next === null}
        onClick={() => {
          if (next !== null) forward(next);
        }}
      >
        Next
        <Icon name="next" />
      </button>
    </nav>
  );
}
