import { useEffect, useState } from 'react';
import { readQuery } from '../../query/address';
import type { Query } from '../../query/query';
import type { Action } from '../../query/reduce';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/Code';
import { TextField } from '../../ui/TextField';
import styles from './Details.module.css';

/** The query of the view, with what is still being written in it. It can be written or pasted here, too. */
export function JsonTab({ query, dispatch }: { query: Query; dispatch: (action: Action) => void }) {
  const written = JSON.stringify(query, null, 2);
  const [text, setText] = useState(written);
  useEffect(() => setText(written), [written]);
  const read = text === written ? null : queryIn(text);
  return (
    <div className={styles.tab}>
      <TextField
        label="Query as JSON"
        isCode
        rows={Math.min(18, Math.max(6, text.split('\n').length))}
        value={text}
        onChange={setText}
        error={read !== null && 'problem' in read ? read.problem : undefined}
      />
      <div className={styles.pick}>
        <CopyButton text={text} />
        {read !== null && 'query' in read && (
          <Button tone="primary" onPress={() => dispatch({ type: 'setQuery', query: read.query })}>
            Ask this
          </Button>
        )}
      </div>
    </div>
  );
}

function queryIn(text: string): { query: Query } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const query = readQuery(value);
  return query === null ? { problem: 'This is JSON, but not a query' } : { query };
}
