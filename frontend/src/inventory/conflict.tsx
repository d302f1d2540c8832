"use client";

import { useEffect, useState } from "react";
import { getCar } from "@/api/cars";
import { problemOf, type Problem } from "@/api/problem";
import { Notice } from "@/components/notice";
import { nameOf, type CarDraft, type VersionedCar } from "./car";
import { differences, type DraftField } from "./draft";
import { formatPrice } from "./money";

interface ConflictProps {
  id: string;
  mine: CarDraft;
  onOverwrite: (theirs: VersionedCar) => void;
  onDiscard: () => void;
}

const CHANGED: Problem = {
  status: 412,
  title: "Somebody else changed this car",
  detail: "Your changes were not saved. Compare the two versions, then choose one.",
  errors: [],
  retryAfter: null,
};

/** Two people changed one car: shows where they differ, and lets the later one decide. */
export function Conflict({ id, mine, onOverwrite, onDiscard }: ConflictProps) {
  const [theirs, setTheirs] = useState<VersionedCar | null>(null);
  const [problem, setProblem] = useState(CHANGED);

  useEffect(() => {
    getCar(id).then(setTheirs, (error: unknown) => {
      setProblem(problemOf(error));
    });
  }, [id]);

  return (
    <>
      <Notice problem={problem} />
      {theirs && <Comparison mine={mine} theirs={theirs.car} />}
      <footer className="dialog-actions">
        <button type="button" className="button" onClick={onDiscard}>
          Keep their version
        </button>
        {theirs && (
          <button
            type="button"
            className="button button-primary"
            onClick={() => {
              onOverwrite(theirs);
            }}
          >
            Save my version
          </button>
        )}
      </footer>
    </>
  );
}

function Comparison({ mine, theirs }: { mine: CarDraft; theirs: CarDraft }) {
  return (
    <table className="comparison">
      <caption>{nameOf(theirs)}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">Field</span>
          </th>
          <th scope="col">Theirs, saved</th>
          <th scope="col">Yours</th>
        </tr>
      </thead>
      <tbody>
        {differences(mine, theirs).map((field) => (
          <tr key={field}>
            <th scope="row">{field}</th>
            <td>{show(theirs, field)}</td>
            <td>{show(mine, field)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function show(car: CarDraft, field: DraftField): string {
  return field === "price" ? formatPrice(car.price) : String(car[field]);
}
