"use client";

/** Stands in for a page that broke. */
export default function ErrorPage({ reset }: { reset: () => void }) {
  return (
    <section className="empty page-empty" role="alert">
      <h1>This page broke</h1>
      <p>The mistake is ours. Nothing that was saved is lost.</p>
      <button type="button" className="button button-primary" onClick={reset}>
        Load it again
      </button>
    </section>
  );
}
