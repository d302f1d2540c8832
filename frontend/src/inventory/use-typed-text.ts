import { useEffect, useState } from "react";

const PAUSE = 250;

/**
 * Text that a person types and that takes effect when they pause. `value` is the text in effect;
 * when it becomes one that was not typed here, the typed text follows it.
 */
export function useTypedText(value: string, onPause: (text: string) => void) {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  // What was handed on and has not come back as the value in effect.
  const [sent, setSent] = useState<string[]>([]);

  if (value !== seen) {
    setSeen(value);
    const position = sent.indexOf(value);
    setSent(position < 0 ? [] : sent.slice(position + 1));
    if (position < 0) setText(value);
  }

  const inEffect = sent.at(-1) ?? value;
  useEffect(() => {
    const typed = text.trim();
    if (typed === inEffect) return;
    const timer = setTimeout(() => {
      setSent((sent) => [...sent, typed]);
      onPause(typed);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
    };
  }, [text, inEffect, onPause]);

  return [text, setText] as const;
}
