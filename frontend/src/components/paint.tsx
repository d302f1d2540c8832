const PAINTS: Record<string, string> = {
  beige: "#d9c9a8",
  black: "#1d1f21",
  blue: "#2f5fae",
  bronze: "#8c6a3f",
  brown: "#6b4a34",
  burgundy: "#6f1d2f",
  charcoal: "#3b4046",
  copper: "#b0693f",
  cream: "#efe6cf",
  gold: "#c2a14a",
  graphite: "#4a4f55",
  gray: "#868c92",
  green: "#2f6b4a",
  grey: "#868c92",
  ivory: "#efe9d8",
  maroon: "#6b2230",
  navy: "#1f3358",
  orange: "#d9722b",
  pink: "#d98aa4",
  purple: "#5f3f86",
  red: "#b3262e",
  silver: "#bfc4c8",
  tan: "#c2a27a",
  teal: "#1f7a7a",
  turquoise: "#39a6a3",
  white: "#f4f4f1",
  yellow: "#e3b92f",
};

/** The paint behind a color's name; of `Midnight Blue`, the last word that is one. */
export function paintOf(color: string): string | null {
  const words = color.toLowerCase().split(/[^a-z]+/);
  const known = words.reverse().find((word) => Object.hasOwn(PAINTS, word));
  return known === undefined ? null : (PAINTS[known] ?? null);
}

/** A dot of the car's color; hollow where the name is of no known paint. */
export function Swatch({ color }: { color: string }) {
  return (
    <svg className="swatch" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
      <circle cx="6" cy="6" r="5.5" fill={paintOf(color) ?? "none"} />
    </svg>
  );
}

/** A car from the side, in its color. */
export function CarShape({ color }: { color: string }) {
  return (
    <svg className="car-shape" viewBox="0 0 240 84" aria-hidden="true" focusable="false">
      <path
        className="car-body"
        fill={paintOf(color) ?? "none"}
        d="M10 58c-2-7-1-15 3-19 3-3 8-3.5 14-4 12-1 20-5 31-12 13-8 27-12 47-12 22 0 35 5 50 15l13 9c20 2 44 5 54 11 6 4 8 8 8 13 0 4-3 6-7 6h-10a22 22 0 0 0-43 0H84a22 22 0 0 0-43 0H17c-4 0-6-3-7-7Z"
      />
      <path
        className="car-glass"
        d="M64.5 33c11-8.5 22-14.5 39-15.5v17H65.5c-2 0-2.5-.4-1-1.5ZM110 17.400c17 .2 28 5 40 13.6l3 2.200c1 .8.6 1.300-.8 1.300H110Z"
      />
      <path className="car-line" d="M106.8 38v24M90 43h9M216 48.5c5 1.5 8 3.5 9.5 7h-9Z" />
      <circle className="car-tyre" cx="62.5" cy="66" r="16" />
      <circle className="car-rim" cx="62.5" cy="66" r="8.5" />
      <circle className="car-tyre" cx="191.5" cy="66" r="16" />
      <circle className="car-rim" cx="191.5" cy="66" r="8.5" />
    </svg>
  );
}
