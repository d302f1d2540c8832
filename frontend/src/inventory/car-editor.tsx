"use client";

import { useEffect, useState, type SubmitEvent } from "react";
import { createCar, getCar, updateCar } from "@/api/cars";
import { problemOf, type Problem } from "@/api/problem";
import { Dialog } from "@/components/dialog";
import { Notice } from "@/components/notice";
import { useFirstField } from "@/components/use-first-field";
import type { Car, CarDraft, VersionedCar } from "./car";
import { CarFields } from "./car-fields";
import { Conflict } from "./conflict";
import { BLANK, readDraft, sortErrors, textOf, type DraftErrors } from "./draft";
import { useWrite } from "./use-write";
import { WriteProblem } from "./write-problem";

interface EditorProps {
  onClose: () => void;
  onSaved: (car: Car) => void;
}

/** The form for a new car. */
export function NewCar({ onClose, onSaved }: EditorProps) {
  return (
    <Dialog title="Add a car" onClose={onClose}>
      <CarForm original={null} onClose={onClose} onSaved={onSaved} />
    </Dialog>
  );
}

/** The form for a car that exists. It starts from the car as it is now, not as it was listed. */
export function EditCar({ car, onClose, onSaved }: EditorProps & { car: Car }) {
  const [current, setCurrent] = useState<VersionedCar | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    getCar(car.id).then(setCurrent, (error: unknown) => {
      setProblem(problemOf(error));
    });
  }, [car.id]);

  return (
    <Dialog title="Edit car" onClose={onClose}>
      {problem && <Notice problem={problem} />}
      {current && <CarForm original={current} onClose={onClose} onSaved={onSaved} />}
      {!problem && !current && <p role="status">Loading the car…</p>}
    </Dialog>
  );
}

function CarForm({ original, onClose, onSaved }: EditorProps & { original: VersionedCar | null }) {
  const form = useFirstField();
  const write = useWrite();
  const [text, setText] = useState(original ? textOf(original.car) : BLANK);
  const [errors, setErrors] = useState<DraftErrors>({});
  const [refused, setRefused] = useState<CarDraft | null>(null);

  useFocusOnFirstError(form, errors, write.problem);

  async function save(draft: CarDraft, base: VersionedCar | null) {
    setErrors({});
    setRefused(draft);
    await write.run(async (token) => {
      const saved = base
        ? await updateCar(base.car.id, draft, base.etag, token)
        : await createCar(draft, token);
      onSaved(saved.car);
    });
  }

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const read = readDraft(text);
    if ("errors" in read) setErrors(read.errors);
    else void save(read.draft, original);
  }

  if (original && refused && write.problem?.status === 412) {
    return (
      <Conflict
        id={original.car.id}
        mine={refused}
        onOverwrite={(theirs) => void save(refused, theirs)}
        onDiscard={onClose}
      />
    );
  }

  const refusals = sortErrors(write.problem?.errors ?? []).fields;
  return (
    <>
      {write.problem && <WriteProblem problem={write.problem} onDismiss={write.dismiss} />}
      <form ref={form} onSubmit={submit} noValidate>
        <CarFields text={text} errors={{ ...refusals, ...errors }} onChange={setText} />
        <footer className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button button-primary" disabled={write.busy}>
            {label(original === null, write.busy)}
          </button>
        </footer>
      </form>
    </>
  );
}

function label(isNew: boolean, busy: boolean): string {
  if (busy) return "Saving…";
  return isNew ? "Add car" : "Save changes";
}

/** Puts the cursor where something has to be corrected. */
function useFocusOnFirstError(
  form: React.RefObject<HTMLFormElement | null>,
  errors: DraftErrors,
  problem: Problem | null,
) {
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>("[aria-invalid]")?.focus();
  }, [form, errors, problem]);
}
