import { Box, Layers } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link, useSearch } from 'wouter';
import type { JoinEdge, Model } from '../api/model';
import { LongList, type LongRow } from '../ui/LongList';
import { SearchField } from '../ui/SearchField';
import { EmptyState } from '../ui/State';
import { holderPath } from './address';
import styles from './Browse.module.css';
import { Holder } from './Holder';
import { type FoundHolder, ownName, searched } from './search';

const KINDS = [
  { type: 'view', title: 'Views' },
  { type: 'cube', title: 'Cubes' },
] as const;

// Pixels, as the style sheet has them.
const HEADING = 30;
const HOLDER = 32;
const MEMBER = 26;

/** Cubes and views on the left, everything about one of them on the right. */
export function Browse({ model, joins }: { model: Model; joins: readonly JoinEdge[] }) {
  const [text, setText] = useState('');
  const asked = new URLSearchParams(useSearch());
  const shown = asked.get('show');
  const found = useMemo(() => searched(model.cubes, text), [model.cubes, text]);
  const holder =
    model.cubes.find((one) => one.name === shown) ?? (shown === null ? found[0]?.holder : undefined);
  const at = holder?.name;
  const rows = useMemo(() => rowsOf(found, at), [found, at]);
  return (
    <div className={`${styles.browse} ${shown === null ? styles.atList : ''}`}>
      <nav className={styles.side} aria-label="Cubes and views">
        <div className={styles.search}>
          <SearchField
            aria-label="Search the model"
            placeholder="Search the model"
            value={text}
            onChange={setText}
          />
        </div>
        {found.length === 0 && <p className={styles.none}>Nothing has this in its name or description</p>}
        <LongList label="Cubes, views and members" rows={rows} />
      </nav>
      <div className={styles.detail}>
        {holder === undefined ? (
          <EmptyState title={shown === null ? 'Nothing is found' : `There is no cube or view '${shown}'`} />
        ) : (
          <Holder key={holder.name} holder={holder} joins={joins} member={asked.get('member')} />
        )}
      </div>
    </div>
  );
}

function rowsOf(found: readonly FoundHolder[], at: string | undefined): LongRow[] {
  return KINDS.flatMap(({ type, title }) => {
    const those = found.filter((one) => one.holder.type === type);
    if (those.length === 0) return [];
    return [
      { key: type, height: HEADING, content: <KindHeading title={title} count={those.length} /> },
      ...those.flatMap((one) => rowsOfHolder(one, at)),
    ];
  });
}

function KindHeading({ title, count }: { title: string; count: number }) {
  return (
    <h2 className={styles.heading}>
      {title} <span className={styles.count}>{count}</span>
    </h2>
  );
}

function rowsOfHolder({ holder, members }: FoundHolder, at: string | undefined): LongRow[] {
  const link = (
    <Link
      href={holderPath(holder.name)}
      className={styles.holder}
      aria-current={holder.name === at ? 'page' : undefined}
    >
      {holder.type === 'view' ? <Layers aria-hidden="true" /> : <Box aria-hidden="true" />}
      <span className={styles.title}>{holder.title}</span>
      {!holder.public && <span className={styles.hidden}>hidden</span>}
    </Link>
  );
  return [
    { key: holder.name, height: HOLDER, content: link },
    ...members.map(({ kind, member }) => ({
      key: member.name,
      height: MEMBER,
      content: (
        <Link href={holderPath(holder.name, ownName(member.name))} className={styles.member}>
          <span className={`${styles.dot} ${styles[kind]}`} aria-hidden="true" />
          <span className={styles.title}>{member.shortTitle}</span>
        </Link>
      ),
    })),
  ];
}
