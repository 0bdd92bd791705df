import { useEffect, useState } from 'preact/hooks';

export interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for people who do not see the button's place. */
  readonly what: string;
}

type Result = 'copied' | 'failed';

const WORDS: Readonly<Record<Result, string>> = {
  copied: 'Copied',
  failed: 'Not allowed here: select the text',
};

/** Copies a text. The clipboard is only there on HTTPS and on localhost. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const [result, setResult] = useState<Result | null>(null);
  useEffect(() => setResult(null), [text]);
  const copy = () =>
    void write(text).then((done) => setResult(done ? 'copied' : 'failed'));
  return (
    <button type="button" class="quiet" onClick={copy}>
      <span aria-live="polite">{result ? WORDS[result] : 'Copy'}</span>
      <span class="vh"> {what}</span>
    </button>
  );
}

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
