"use client";

import "@/styles/index.css";
import ErrorPage from "./error";

/** Stands in for the whole site where even its frame broke. */
export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>This page broke</title>
        <main className="container">
          <ErrorPage reset={reset} />
        </main>
      </body>
    </html>
  );
}
