import { sentenceOf, type FieldError } from "@/api/problem";

/** What is wrong with what was sent, field by field. */
export function Complaints({ errors }: { errors: FieldError[] }) {
  if (errors.length === 0) return null;
  return (
    <ul>
      {errors.map((error) => (
        <li key={error.field + error.message}>{sentenceOf(error)}</li>
      ))}
    </ul>
  );
}
