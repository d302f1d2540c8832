"use client";

import { useState } from "react";
import { useAccessToken } from "./access";
import { AccessDialog } from "./access-dialog";
import { nameOf, type Car } from "./car";
import { EditCar, NewCar } from "./car-editor";
import { DeleteCar } from "./delete-car";
import { NO_OUTCOME, OutcomeMessage } from "./outcome";
import { PageHead } from "./page-head";
import { Results } from "./results";
import { Toolbar } from "./toolbar";
import { useCarQuery } from "./use-car-query";
import { useListing } from "./use-listing";

const PAGE_SIZE = 20;

type Open = { kind: "access" | "new" } | { kind: "edit" | "delete"; car: Car };

/** The inventory: finding cars for everybody, changing them for who has an access token. */
export function Inventory() {
  const control = useCarQuery();
  const listing = useListing(control.query, PAGE_SIZE);
  const signedIn = useAccessToken() !== null;
  const [open, setOpen] = useState<Open | null>(null);
  const [outcome, setOutcome] = useState(NO_OUTCOME);

  function show(dialog: Open) {
    setOutcome(NO_OUTCOME);
    setOpen(dialog);
  }

  function close() {
    setOpen(null);
    // Whoever was about to change a car may have learned that the list is out of date.
    if (open?.kind === "edit" || open?.kind === "delete") listing.reload();
  }

  function finish(message: string, changed: string | null) {
    setOpen(null);
    setOutcome({ message, changed });
    listing.reload();
  }

  const actions = {
    onEdit: (car: Car) => {
      show({ kind: "edit", car });
    },
    onDelete: (car: Car) => {
      show({ kind: "delete", car });
    },
  };
  return (
    <>
      <PageHead
        onSignIn={() => {
          show({ kind: "access" });
        }}
        onAdd={() => {
          show({ kind: "new" });
        }}
      />
      <Toolbar query={control.query} onChange={control.change} />
      <OutcomeMessage outcome={outcome} />
      <Results
        control={control}
        listing={listing}
        actions={signedIn ? actions : null}
        changed={outcome.changed}
      />
      {open && <OpenDialog open={open} onClose={close} onFinish={finish} />}
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
