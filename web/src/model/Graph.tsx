import { useState } from 'react';
import { Link } from 'wouter';
import type { JoinGraph } from '../api/model';
import { Select } from '../ui/Select';
import { filePath, holderPath } from './address';
import styles from './Graph.module.css';
import { joinsOn } from './layout';
import { Picture } from './Picture';
import { counted, RELATIONSHIP_WORDS } from './words';

/** How cubes meet, as a picture and as a list. A view that is chosen shows the ways that it takes. */
export default function Graph({ graph }: { graph: JoinGraph }) {
  const [view, setView] = useState('');
  const paths = graph.views.find((one) => one.name === view)?.paths ?? [];
  const on = joinsOn(paths);
  const cubes = new Set(paths.flat());
  return (
    <div className={styles.graph}>
      <div className={styles.picture}>
        <Picture graph={graph} cubes={cubes} joins={on} />
      </div>
      <section className={styles.side} aria-label="Joins as a list">
        {graph.views.length > 0 && (
          <Select
            label="Ways of a view"
            options={[
              { id: '', label: 'All joins' },
              ...graph.views.map((one) => ({ id: one.name, label: one.title, detail: one.name })),
            ]}
            value={view}
            onChange={setView}
          />
        )}
        <h2 className={styles.heading}>{counted(graph.joins.length, 'join')}</h2>
        <ul className={styles.joins}>
          {graph.joins.map((join) => (
            <li
              key={`${join.source}>${join.target}`}
              data-on={on.has(`${join.source}>${join.target}`) || undefined}
            >
              <span className={styles.ends}>
                <Link href={holderPath(join.source)}>{join.source}</Link>
                <span className={styles.relationship}>{RELATIONSHIP_WORDS[join.relationship]}</span>
                <Link href={holderPath(join.target)}>{join.target}</Link>
              </span>
              <code className={styles.sql}>{join.sql}</code>
              <Link href={filePath(join.fileName, join.line)} className={styles.place}>
                {join.fileName}
                {join.line > 0 && `:${join.line}`}
              </Link>
            </li>
          ))}
        </ul>
        <Alone graph={graph} />
      </section>
    </div>
  );
}

/** Cubes that meet no other: they can be asked only by themselves. */
function Alone({ graph }: { graph: JoinGraph }) {
  const joined = new Set(graph.joins.flatMap((join) => [join.source, join.target]));
  const alone = graph.cubes.filter((cube) => !joined.has(cube.name));
  if (alone.length === 0) return null;
  return (
    <>
      <h2 className={styles.heading}>Without joins</h2>
      <ul className={styles.alone}>
        {alone.map((cube) => (
          <li key={cube.name}>
            <Link href={holderPath(cube.name)}>{cube.name}</Link>
            {!cube.hasKey && <span className={styles.relationship}>no primary key</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
