"use client";

import { useState, type SubmitEvent } from "react";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { useFirstField } from "@/components/use-first-field";
import { rememberAccessToken } from "./access";

/** Asks for the access token. */
export function AccessDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Staff access" onClose={onClose}>
      <p className="prose">
        With an access token you can add, edit and delete cars. It stays in this tab and is
        forgotten when you close it.
      </p>
      <AccessForm label="Sign in" onDone={onClose} />
    </Dialog>
  );
}

/** The form for the token alone, where a refused write needs another one. */
export function AccessForm({ label, onDone }: { label: string; onDone: () => void }) {
  const form = useFirstField();
  const [error, setError] = useState<string>();

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    if (typeof token !== "string" || token.trim() === "") {
      setError("Enter the access token.");
      return;
    }
    rememberAccessToken(token.trim());
    onDone();
  }

  return (
    <form ref={form} className="access-form" onSubmit={submit} noValidate>
      <Field label="Access token" name="token" type="password" autoComplete="off" error={error} />
      <button className="button button-primary">{label}</button>
    </form>
  );
}
