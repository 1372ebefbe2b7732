import { useState } from 'react';
import { useLocation } from 'wouter';
import { queryText } from '../query/address';
import { Tabs } from '../ui/Tabs';
import styles from './AccessPage.module.css';
import { Callers } from './Callers';
import { Compare } from './Compare';
import { MatrixView } from './MatrixView';

type Section = 'callers' | 'compare' | 'matrix';

const SECTIONS: Record<string, Section> = { compare: 'compare', matrix: 'matrix' };

/** Who asks: callers and their tokens, their answers side by side, and what each of them sees. */
export default function AccessPage() {
  const [path, navigate] = useLocation();
  const section = SECTIONS[path.split('/')[2] ?? ''] ?? 'callers';
  const [query, setQuery] = useState(() => queryText(location.search));
  return (
    <div className={styles.page}>
      <h1 className={styles.heading}>Access</h1>
      <Tabs
        aria-label="Access"
        value={section}
        onChange={(next) => navigate(next === 'callers' ? '/access' : `/access/${next}`)}
        tabs={[
          { id: 'callers', label: 'Callers', content: <Callers /> },
          { id: 'compare', label: 'Compare answers', content: <Compare text={query} onText={setQuery} /> },
          { id: 'matrix', label: 'Who sees what', content: <MatrixView /> },
        ]}
      />
    </div>
  );
}
