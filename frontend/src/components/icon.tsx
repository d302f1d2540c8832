const PATHS = {
  add: "M10 4v12M4 10h12",
  arrowDown: "M10 4v12m-5-5 5 5 5-5",
  arrowUp: "M10 16V4M5 9l5-5 5 5",
  arrowRight: "M4 10h12m-5-5 5 5-5 5",
  close: "m5 5 10 10M15 5 5 15",
  edit: "m12.5 4.5 3 3M4 16l.8-3.8 8.5-8.5a1.4 1.4 0 0 1 2 0l1 1a1.4 1.4 0 0 1 0 2l-8.5 8.5L4 16Z",
  filter: "M3 6h14M6 10h8M8.5 14h3",
  key: "M8.2 11.8a3.7 3.7 0 1 0-2.6 2.6l1.7-.1.2-1.6 1.5-.2-.2-1.5ZM9 10l7-7m-2.5 2.5 2 2M5.8 13.2h.01",
  next: "m8 5 5 5-5 5",
  previous: "m12 5-5 5 5 5",
  search: "m13 13 4 4M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11Z",
  trash: "M4 6h12M8 6V4h4v2m-6.5 0 .7 10h7.6l.7-10M8.5 9v4.5m3-4.5v4.5",
  warning:
    "M10 7.5v3.5m0 2.7h.01M8.9 3.6 2.6 14.7A1.3 1.3 0 0 0 3.7 16.6h12.6a1.3 1.3 0 0 0 1.1-1.9L11.1 3.6a1.3 1.3 0 0 0-2.2 0Z",
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words; it says nothing that the words do not. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
