"use client";

import { useState } from "react";
import { useAccessToken } from "./access";
import { AccessDialog } from "./access-dialog";
import { nameOf, type Car } from "./car";
import { EditCar, NewCar } from "./car-editor";
import { DeleteCar } from "./delete-car";
import { PageHead } from "./page-head";
import { Results } from "./results";
import { Toolbar } from "./toolbar";
import { useCarQuery } from "./use-car-query";
import { useListing } from "./use-listing";

const PAGE_SIZE = 20;

type Open = { kind: "access" | "new" } | { kind: "edit" | "delete"; car: Car };

/** What the last change did, in words and as the row to point out. */
interface Outcome {
  message: string;
  changed: string | null;
}

/** The inventory: finding cars for everybody, changing them for who has an access token. */
export function Inventory() {
  const control = useCarQuery();
  const listing = useListing(control.query, PAGE_SIZE);
  const signedIn = useAccessToken() !== null;
  const [open, setOpen] = useState<Open | null>(null);
  const [outcome, setOutcome] = useState<Outcome>({ message: "", changed: null });

  function finish(message: string, changed: string | null) {
    setOpen(null);
    setOutcome({ message, changed });
    listing.reload();
  }

  const actions = {
    onEdit: (car: Car) => {
      setOpen({ kind: "edit", car });
    },
    onDelete: (car: Car) => {
      setOpen({ kind: "delete", car });
    },
  };
  return (
    <>
      <PageHead
        onSignIn={() => {
          setOpen({ kind: "access" });
        }}
        onAdd={() => {
          setOpen({ kind: "new" });
        }}
      />
      <Toolbar query={control.query} onChange={control.change} />
      <p role="status" className={outcome.message ? "outcome" : "visually-hidden"}>
        {outcome.message}
      </p>
      <Results
        control={control}
        listing={listing}
        actions={signedIn ? actions : null}
        changed={outcome.changed}
      />
      {open && (
        <OpenDialog
          open={open}
          onClose={() => {
            setOpen(null);
          }}
          onFinish={finish}
        />
      )}
    </>
  );
}

interface OpenDialogProps {
  open: Open;
  onClose: () => void;
  onFinish: (message: string, changed: string | null) => void;
}

function OpenDialog({ open, onClose, onFinish }: OpenDialogProps) {
  const saved = (verb: string) => (car: Car) => {
    onFinish(`${verb} ${nameOf(car)}.`, car.id);
  };
  switch (open.kind) {
    case "access":
      return <AccessDialog onClose={onClose} />;
    case "new":
      return <NewCar onClose={onClose} onSaved={saved("Added")} />;
    case "edit":
      return <EditCar car={open.car} onClose={onClose} onSaved={saved("Saved")} />;
    case "delete":
      return (
        <DeleteCar
          car={open.car}
          onClose={onClose}
          onDeleted={(car) => {
            onFinish(`Deleted ${nameOf(car)}.`, null);
          }}
        />
      );
  }
}
