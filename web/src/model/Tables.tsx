import { ChevronDown, ChevronRight, KeyRound, Sparkles } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { type Accepted, type DbTable, fetchTables, type Tables as TablesOf } from '../api/model';
import { wordsOf } from '../api/request';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { SearchField } from '../ui/SearchField';
import { Select } from '../ui/Select';
import { EmptyState, Note, Spinner } from '../ui/State';
import { holderPath } from './address';
import { Proposals } from './Proposals';
import { bySchema, keyOf, pathsOf, pickedAtFirst } from './picked';
import styles from './Tables.module.css';
import { counted } from './words';

/** From tables of the database to cubes: pick them, look at what comes of them, accept it. */
export function Tables({
  isFirst,
  onAccepted,
}: {
  isFirst: boolean;
  onAccepted: (accepted: Accepted) => void;
}) {
  const [dataSource, setDataSource] = useState('default');
  const { data, error, isLoading } = useFetched(dataSource, (signal) => fetchTables(dataSource, signal));
  if (error !== undefined) return <Note tone="bad">{wordsOf(error)}</Note>;
  if (data === undefined || (isLoading && data.dataSource !== dataSource))
    return <Spinner label="Reading the tables" />;
  return <Picked key={data.dataSource} {...{ data, setDataSource, isFirst, onAccepted }} />;
}

function Picked({
  data,
  setDataSource,
  isFirst,
  onAccepted,
}: {
  data: TablesOf;
  setDataSource: (name: string) => void;
  isFirst: boolean;
  onAccepted: (accepted: Accepted) => void;
}) {
  const [text, setText] = useState('');
  const [picked, setPicked] = useState<ReadonlySet<string>>(() => pickedAtFirst(data.tables, data.schema));
  const [isProposing, setProposing] = useState(false);
  const schemas = bySchema(data.tables, data.schema, text);
  const pick = (tables: readonly DbTable[], isOn: boolean) => {
    const next = new Set(picked);
    for (const table of tables) {
      if (isOn) next.add(keyOf(table));
      else next.delete(keyOf(table));
    }
    setPicked(next);
  };

  if (isProposing) {
    return (
      <Proposals
        tables={pathsOf(picked)}
        dataSource={data.dataSource}
        isFirst={isFirst}
        onBack={() => setProposing(false)}
        onAccepted={onAccepted}
      />
    );
  }
  return (
    <div className={styles.tables}>
      <header className={styles.head}>
        <div>
          <h2 className={styles.title}>{isFirst ? 'Begin with your tables' : 'Add tables'}</h2>
          <p className={styles.about}>
            Each table becomes a cube: its key, dimensions, measures, and joins to the others. You see all of
            it before anything is written.
          </p>
        </div>
        {data.dataSources.length > 1 && (
          <Select
            label="Data source"
            options={data.dataSources.map((one) => ({ id: one.name, label: one.name, detail: one.type }))}
            value={data.dataSource}
            onChange={setDataSource}
          />
        )}
      </header>
      {data.tables.length === 0 ? (
        <EmptyState title="The database has no tables">
          <p>
            Put some there, or a folder of files: KUBUS_DUCKDB_FOLDER says where it is. Then open this page
            again.
          </p>
        </EmptyState>
      ) : (
        <>
          <SearchField
            aria-label="Search tables and columns"
            placeholder="Search tables and columns"
            value={text}
            onChange={setText}
          />
          {schemas.length === 0 && <p className={styles.none}>No table or column has this in its name</p>}
          {schemas.map(([schema, tables]) => (
            <Schema
              key={schema}
              {...{ schema, tables, picked, pick }}
              isOpen={text !== '' || schema === data.schema || schemas.length === 1}
            />
          ))}
          <footer className={styles.foot}>
            <span aria-live="polite">
              {picked.size === 0 ? 'No table is picked' : `${counted(picked.size, 'table')} picked`}
            </span>
            <Button tone="primary" isDisabled={picked.size === 0} onPress={() => setProposing(true)}>
              <Sparkles aria-hidden="true" /> Propose cubes
            </Button>
          </footer>
        </>
      )}
    </div>
  );
}

function Schema({
  schema,
  tables,
  picked,
  pick,
  isOpen,
}: {
  schema: string;
  tables: readonly DbTable[];
  picked: ReadonlySet<string>;
  pick: (tables: readonly DbTable[], isOn: boolean) => void;
  isOpen: boolean;
}) {
  const on = tables.filter((table) => picked.has(keyOf(table))).length;
  return (
    <details className={styles.schema} open={isOpen}>
      <summary className={styles.summary}>
        <ChevronDown aria-hidden="true" />
        <span className={styles.schemaName}>{schema}</span>
        <span className={styles.count}>{counted(tables.length, 'table')}</span>
      </summary>
      <div className={styles.all}>
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={on === tables.length}
            ref={(box) => {
              if (box !== null) box.indeterminate = on > 0 && on < tables.length;
            }}
            onChange={(event) => pick(tables, event.target.checked)}
          />
          All of {schema}
        </label>
      </div>
      <ul>
        {tables.map((table) => (
          <TableRow
            key={table.name}
            table={table}
            isOn={picked.has(keyOf(table))}
            onPick={(isOn) => pick([table], isOn)}
          />
        ))}
      </ul>
    </details>
  );
}

function TableRow({
  table,
  isOn,
  onPick,
}: {
  table: DbTable;
  isOn: boolean;
  onPick: (isOn: boolean) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li className={styles.row}>
      <div className={styles.line}>
        <label className={styles.check}>
          <input type="checkbox" checked={isOn} onChange={(event) => onPick(event.target.checked)} />
          <span className={styles.name}>{table.name}</span>
        </label>
        {table.cube !== null && (
          <Link href={holderPath(table.cube)} className={styles.cube}>
            cube {table.cube}
          </Link>
        )}
        <Button size="s" tone="quiet" aria-expanded={isOpen} onPress={() => setOpen(!isOpen)}>
          {counted(table.columns.length, 'column')}{' '}
          <ChevronRight aria-hidden="true" data-open={isOpen || undefined} className={styles.arrow} />
        </Button>
      </div>
      {table.comment !== null && <p className={styles.comment}>{table.comment}</p>}
      {isOpen && (
        <ul className={styles.columns}>
          {table.columns.map((column) => (
            <li key={column.name}>
              <code>{column.name}</code>
              {column.isKey && <KeyRound aria-label="key" />}
              <span className={styles.type}>{column.type}</span>
              {column.comment !== null && <span className={styles.comment}>{column.comment}</span>}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
