import styles from './DiffView.module.css';
import { diffLines } from './diff';

const SIGNS = { added: '+', removed: '-', same: ' ', gap: '' } as const;
const WORDS = { added: 'added', removed: 'removed', same: '', gap: '' } as const;

/** A unified diff, line by line. */
export function DiffView({ label, diff }: { label: string; diff: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <figure className={styles.diff} aria-label={label} tabIndex={0}>
      <table>
        <tbody>
          {diffLines(diff).map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and are never put elsewhere
            <tr key={index} className={styles[line.kind]}>
              <td className={styles.number}>{line.number}</td>
              <td className={styles.sign}>
                <span aria-hidden="true">{SIGNS[line.kind]}</span>
                <span className={styles.said}>{WORDS[line.kind]}</span>
              </td>
              <td className={styles.text}>{line.kind === 'gap' ? '⋯' : line.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
