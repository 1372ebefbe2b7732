import { Box, Layers } from 'lucide-react';
import { useState } from 'react';
import { Link, useSearch } from 'wouter';
import type { JoinEdge, Model } from '../api/model';
import { SearchField } from '../ui/SearchField';
import { EmptyState } from '../ui/State';
import { holderPath } from './address';
import styles from './Browse.module.css';
import { Holder } from './Holder';
import { ownName, searched } from './search';

/** Cubes and views on the left, everything about one of them on the right. */
export function Browse({ model, joins }: { model: Model; joins: readonly JoinEdge[] }) {
  const [text, setText] = useState('');
  const asked = new URLSearchParams(useSearch());
  const shown = asked.get('show');
  const found = searched(model.cubes, text);
  const holder =
    model.cubes.find((one) => one.name === shown) ?? (shown === null ? found[0]?.holder : undefined);
  const kinds = [
    { type: 'view', title: 'Views' },
    { type: 'cube', title: 'Cubes' },
  ] as const;
  return (
    <div className={`${styles.browse} ${shown === null ? styles.atList : ''}`}>
      <nav className={styles.side} aria-label="Cubes and views">
        <SearchField
          aria-label="Search the model"
          placeholder="Search the model"
          value={text}
          onChange={setText}
        />
        {found.length === 0 && <p className={styles.none}>Nothing has this in its name or description</p>}
        {kinds.map(({ type, title }) => {
          const those = found.filter((one) => one.holder.type === type);
          if (those.length === 0) return null;
          return (
            <section key={type} aria-label={title}>
              <h2 className={styles.heading}>
                {title} <span className={styles.count}>{those.length}</span>
              </h2>
              <ul>
                {those.map(({ holder: one, members }) => (
                  <li key={one.name}>
                    <Link
                      href={holderPath(one.name)}
                      className={styles.holder}
                      aria-current={one.name === holder?.name ? 'page' : undefined}
                    >
                      {type === 'view' ? <Layers aria-hidden="true" /> : <Box aria-hidden="true" />}
                      <span className={styles.title}>{one.title}</span>
                      {!one.public && <span className={styles.hidden}>hidden</span>}
                    </Link>
                    {members.length > 0 && (
                      <ul className={styles.members}>
                        {members.map(({ kind, member }) => (
                          <li key={member.name}>
                            <Link href={holderPath(one.name, ownName(member.name))} className={styles.member}>
                              <span className={`${styles.dot} ${styles[kind]}`} aria-hidden="true" />
                              {member.shortTitle}
                            </Link>
                          </li>
                        ))}
                      </ul>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
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
