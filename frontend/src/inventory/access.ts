import { useSyncExternalStore } from "react";

const KEY = "access-token";
const listeners = new Set<() => void>();

/** The access token of this tab, or `null`. It is forgotten when the tab is closed. */
export function useAccessToken(): string | null {
  return useSyncExternalStore(
    subscribe,
    () => sessionStorage.getItem(KEY),
    () => null,
  );
}

export function rememberAccessToken(token: string): void {
  sessionStorage.setItem(KEY, token);
  notify();
}

export function forgetAccessToken(): void {
  sessionStorage.removeItem(KEY);
  notify();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function notify(): void {
  for (const listener of listeners) listener();
}
