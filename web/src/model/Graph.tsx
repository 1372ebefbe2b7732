import { useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { CubeNode, JoinEdge, JoinGraph } from '../api/model';
import { LongList } from '../ui/LongList';
import { SearchField } from '../ui/SearchField';
import { Select } from '../ui/Select';
import { filePath, holderPath } from './address';
import styles from './Graph.module.css';
import { joinsOn, MOST, MOST_NARROW, partAround } from './layout';
import { NARROW, Picture } from './Picture';
import { counted, RELATIONSHIP_WORDS } from './words';

// Of more joins than these only those in sight are on the page, each of so many pixels.
const MANY = 100;
const JOIN = 76;
const ALONE = 24;

/** How cubes meet, as a picture and as a list. A view that is chosen shows the ways that it takes. */
export default function Graph({ graph }: { graph: JoinGraph }) {
  const [view, setView] = useState('');
  const [around, setAround] = useState<string | null>(null);
  const most = window.innerWidth > NARROW ? MOST : MOST_NARROW;
  const isLarge = graph.cubes.length > most;
  const paths = useMemo(() => graph.views.find((one) => one.name === view)?.paths ?? [], [graph, view]);
  const on = useMemo(() => joinsOn(paths), [paths]);
  const cubes = useMemo(() => new Set(paths.flat()), [paths]);
  const part = useMemo(
    () => partAround(graph, cubes.size > 0 ? [...cubes] : around === null ? [] : [around], most),
    [graph, cubes, around, most],
  );
  return (
    <div className={styles.graph}>
      <div className={styles.picture}>
        {part.left > 0 && (
          <p className={styles.part} role="status">
            {part.graph.cubes.length} of {graph.cubes.length} cubes
            {cubes.size > 0 ? ' around the ways of the view' : around === null ? '' : ` around ${around}`}
          </p>
        )}
        <Picture
          key={part.graph.cubes[0]?.name}
          graph={part.graph}
          cubes={cubes}
          joins={on}
          around={around}
        />
      </div>
      <section className={styles.side} aria-label="Joins as a list">
        {isLarge && (
          <Around
            cubes={graph.cubes}
            onChosen={(name) => {
              setAround(name);
              setView('');
            }}
          />
        )}
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
        <h2 className={styles.heading}>
          {part.left > 0
            ? `${part.graph.joins.length} of ${counted(graph.joins.length, 'join')}`
            : counted(graph.joins.length, 'join')}
        </h2>
        {part.graph.joins.length > MANY ? (
          <LongList
            label="Joins"
            rows={part.graph.joins.map((join) => ({
              key: keyOf(join),
              height: JOIN,
              content: <Join join={join} isOn={on.has(keyOf(join))} />,
            }))}
          />
        ) : (
          <ul className={styles.joins}>
            {part.graph.joins.map((join) => (
              <li key={keyOf(join)} data-on={on.has(keyOf(join)) || undefined}>
                <Join join={join} isOn={on.has(keyOf(join))} />
              </li>
            ))}
          </ul>
        )}
        <Alone graph={graph} />
      </section>
    </div>
  );
}

function keyOf(join: JoinEdge): string {
  return `${join.source}>${join.target}`;
}

function Join({ join, isOn }: { join: JoinEdge; isOn: boolean }) {
  return (
    <div className={styles.join} data-on={isOn || undefined}>
      <span className={styles.ends}>
        <Link href={holderPath(join.source)}>{join.source}</Link>
        <span className={styles.relationship}>{RELATIONSHIP_WORDS[join.relationship]}</span>
        <Link href={holderPath(join.target)}>{join.target}</Link>
      </span>
      <code className={styles.sql} title={join.sql}>
        {join.sql}
      </code>
      <Link href={filePath(join.fileName, join.line)} className={styles.place}>
        {join.fileName}
        {join.line > 0 && `:${join.line}`}
      </Link>
    </div>
  );
}

// So many names are offered for what is typed.
const OFFERED = 8;

/** The cube around which a picture is drawn that cannot hold all. */
function Around({ cubes, onChosen }: { cubes: readonly CubeNode[]; onChosen: (name: string) => void }) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found =
    wanted === '' ? [] : cubes.filter((cube) => `${cube.name}\n${cube.title}`.toLowerCase().includes(wanted));
  const choose = (name: string) => {
    setText('');
    onChosen(name);
  };
  return (
    <div className={styles.around}>
      <SearchField
        aria-label="Show the joins around a cube"
        placeholder="Show the joins around a cube"
        value={text}
        onChange={setText}
        onSubmit={() => {
          const first = found.find((cube) => cube.name.toLowerCase() === wanted) ?? found[0];
          if (first !== undefined) choose(first.name);
        }}
      />
      {wanted !== '' && found.length === 0 && <p className={styles.relationship}>No cube has this name</p>}
      {found.length > 0 && (
        <ul>
          {found.slice(0, OFFERED).map((cube) => (
            <li key={cube.name}>
              <button type="button" className={styles.offered} onClick={() => choose(cube.name)}>
                {cube.title} <span className={styles.relationship}>{cube.name}</span>
              </button>
            </li>
          ))}
          {found.length > OFFERED && (
            <li className={styles.relationship}>and {found.length - OFFERED} more: write more of the name</li>
          )}
        </ul>
      )}
    </div>
  );
}

/** Cubes that meet no other: they can be asked only by themselves. */
function Alone({ graph }: { graph: JoinGraph }) {
  const alone = useMemo(() => {
    const joined = new Set(graph.joins.flatMap((join) => [join.source, join.target]));
    return graph.cubes.filter((cube) => !joined.has(cube.name));
  }, [graph]);
  if (alone.length === 0) return null;
  const rows = alone.map((cube) => ({
    key: cube.name,
    height: ALONE,
    content: (
      <span className={styles.lone}>
        <Link href={holderPath(cube.name)}>{cube.name}</Link>
        {!cube.hasKey && <span className={styles.relationship}>no primary key</span>}
      </span>
    ),
  }));
  return (
    <>
      <h2 className={styles.heading}>Without joins</h2>
      {rows.length > MANY ? (
        <div className={styles.long}>
          <LongList label="Cubes without joins" rows={rows} />
        </div>
      ) : (
        <ul className={styles.alone}>
          {rows.map(({ key, content }) => (
            <li key={key}>{content}</li>
          ))}
        </ul>
      )}
    </>
  );
}
