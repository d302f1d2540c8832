import { Field } from "@/components/field";
import type { DraftErrors, DraftField, DraftText } from "./draft";

interface CarFieldsProps {
  text: DraftText;
  errors: DraftErrors;
  onChange: (text: DraftText) => void;
}

/** The five things that a person says of a car. */
export function CarFields({ text, errors, onChange }: CarFieldsProps) {
  const field = (name: DraftField) => ({
    name,
    value: text[name],
    error: errors[name],
    required: true,
    autoComplete: "off",
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      onChange({ ...text, [name]: event.target.value });
    },
  });
  return (
    <div className="car-fields">
      <Field label="Make" {...field("make")} />
      <Field label="Model" {...field("model")} />
      <Field label="Year" inputMode="numeric" maxLength={4} {...field("year")} />
      <Field label="Color" {...field("color")} />
      <Field label="Price" prefix="$" inputMode="decimal" {...field("price")} />
    </div>
  );
}
