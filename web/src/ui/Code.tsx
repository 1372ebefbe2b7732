import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './Button';
import styles from './Code.module.css';

// How long "Copied" stands.
const TOLD_MS = 1600;

/** Text for machines, with a button that copies it. `label` says what it is. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    <figure className={styles.code} aria-label={label}>
      <div className={styles.copy}>
        <CopyButton text={text} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre className={styles.text} tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}

/** Copies a text, and says so. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  // Pages that are not on this machine and not encrypted have no clipboard: the text can be selected.
  if (navigator.clipboard === undefined) return null;
  return (
    <Button
      size="s"
      onPress={async () => {
        await navigator.clipboard.writeText(text);
        setCopied(true);
      }}
    >
      {isCopied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      <span aria-live="polite">{isCopied ? 'Copied' : label}</span>
    </Button>
  );
}
