import { useId, type InputHTMLAttributes, type ReactNode } from "react";

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  prefix?: string | undefined;
}

/** A labelled input. Its hint and its error are tied to it for assistive technology. */
export function Field({ label, hint, error, prefix, ...input }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <Affixed prefix={prefix}>
        <input
          {...input}
          id={id}
          className="input"
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
        />
      </Affixed>
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

function Affixed({ prefix, children }: { prefix: string | undefined; children: ReactNode }) {
  if (prefix === undefined) return children;
  return (
    <span className="affixed">
      <span className="affix" aria-hidden="true">
        {prefix}
      </span>
      {children}
    </span>
  );
}
