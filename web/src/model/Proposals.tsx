import { ArrowLeft, Check, KeyRound } from 'lucide-react';
import { useState } from 'react';
import {
  type Accepted,
  accept,
  type CubeFound,
  type FileProposed,
  type PartFound,
  propose,
} from '../api/model';
import { wordsOf } from '../api/request';
import { useFetched } from '../api/useFetched';
import { Button } from '../ui/Button';
import { EmptyState, Note, Spinner } from '../ui/State';
import { Switch } from '../ui/Switch';
import { DiffView } from './DiffView';
import { Findings } from './Findings';
import styles from './Proposals.module.css';
import type { TablePath } from './picked';
import { counted } from './words';

export interface ProposalsProps {
  tables: readonly TablePath[];
  dataSource: string;
  /** Whether the model has nothing yet. */
  isFirst: boolean;
  onBack: () => void;
  onAccepted: (accepted: Accepted) => void;
}

const KINDS = [
  { kind: 'join', title: 'Joins' },
  { kind: 'dimension', title: 'Dimensions' },
  { kind: 'measure', title: 'Measures' },
] as const;

/** What comes of tables: what was found and why, the files as they would be, and the way to have them. */
export function Proposals({ tables, dataSource, isFirst, onBack, onAccepted }: ProposalsProps) {
  const [leaveOut, setLeaveOut] = useState<readonly string[]>([]);
  const [without, setWithout] = useState<ReadonlySet<string>>(new Set());
  const [isOpen, setOpen] = useState(isFirst);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isWriting, setWriting] = useState(false);
  const key = JSON.stringify([tables, dataSource, leaveOut, isOpen]);
  const { data, error, isLoading, reload } = useFetched(key, (signal) =>
    propose({ tables, dataSource, leaveOut, isOpen }, signal),
  );
  const files = data?.files.filter((file) => !without.has(file.fileName)) ?? [];

  const take = async () => {
    setWriting(true);
    setRefusal(null);
    try {
      onAccepted(
        await accept(files.map(({ fileName, after, base }) => ({ fileName, content: after, base }))),
      );
    } catch (failed) {
      setRefusal(wordsOf(failed));
      reload();
    } finally {
      setWriting(false);
    }
  };

  return (
    <div className={styles.proposals}>
      <header className={styles.head}>
        <Button size="s" tone="quiet" onPress={onBack}>
          <ArrowLeft aria-hidden="true" /> Tables
        </Button>
        <h2 className={styles.title}>Proposed cubes</h2>
        {isLoading && <Spinner label="Looking at the tables" />}
      </header>
      {error !== undefined && <Note tone="bad">{wordsOf(error)}</Note>}
      {refusal !== null && <Note tone="bad">{refusal}</Note>}
      {data?.byHand.map((line) => (
        <Note key={line} tone="warn">
          {line}
        </Note>
      ))}
      {data !== undefined && data.files.length === 0 && (
        <EmptyState title="There is nothing to add">
          <p>The model reads every column of these tables already.</p>
        </EmptyState>
      )}
      {data !== undefined && data.files.length > 0 && (
        <>
          <div className={styles.panes}>
            <section className={styles.found} aria-label="What was found">
              {data.cubes
                .filter((cube) => cube.parts.some((part) => part.isNew))
                .map((cube) => (
                  <Found
                    key={cube.name}
                    cube={cube}
                    onPick={(part, isOn) =>
                      setLeaveOut(isOn ? leaveOut.filter((one) => one !== part.id) : [...leaveOut, part.id])
                    }
                  />
                ))}
            </section>
            <section className={styles.files} aria-label="Files">
              {data.files.map((file) => (
                <Proposed
                  key={file.fileName}
                  file={file}
                  isOn={!without.has(file.fileName)}
                  onPick={(isOn) => {
                    const next = new Set(without);
                    if (isOn) next.delete(file.fileName);
                    else next.add(file.fileName);
                    setWithout(next);
                  }}
                />
              ))}
            </section>
          </div>
          {data.findings.length > 0 && <Findings findings={data.findings} />}
          <footer className={styles.foot}>
            <Switch isSelected={isOpen} onChange={setOpen}>
              <span className={styles.open}>
                Open to everybody who is let in
                <span className={styles.why}>Writes a policy into each new cube, for you to narrow</span>
              </span>
            </Switch>
            <Button
              tone="primary"
              isDisabled={files.length === 0 || isLoading || isWriting}
              onPress={() => void take()}
            >
              <Check aria-hidden="true" /> Accept {counted(files.length, 'file')}
            </Button>
          </footer>
        </>
      )}
    </div>
  );
}

function Found({ cube, onPick }: { cube: CubeFound; onPick: (part: PartFound, isOn: boolean) => void }) {
  return (
    <article className={styles.cube} aria-labelledby={`found-${cube.name}`}>
      <h3 id={`found-${cube.name}`} className={styles.cubeName}>
        {cube.name}
        <span className={styles.from}>
          {cube.isNew ? 'from' : 'more from'} {cube.schema}.{cube.table}
        </span>
      </h3>
      <p className={styles.key}>
        <KeyRound aria-hidden="true" />
        {cube.key.length === 0 ? 'No key was found' : <code>{cube.key.join(', ')}</code>}
        <span className={styles.why}>{cube.keyWhy}</span>
      </p>
      {KINDS.map(({ kind, title }) => {
        const parts = cube.parts.filter((part) => part.kind === kind && part.isNew);
        if (parts.length === 0) return null;
        return (
          <fieldset key={kind} className={styles.parts}>
            <legend>
              {title} <span className={styles.count}>{parts.filter((part) => !part.isLeftOut).length}</span>
            </legend>
            {parts.map((part) => (
              <label key={part.id} className={styles.part}>
                <input
                  type="checkbox"
                  checked={!part.isLeftOut}
                  onChange={(event) => onPick(part, event.target.checked)}
                />
                <span className={styles.partName}>
                  <code>{part.name}</code>{' '}
                  <span className={styles.type}>{part.type.replaceAll('_', ' ')}</span>
                </span>
                <span className={styles.why}>{part.why}</span>
              </label>
            ))}
          </fieldset>
        );
      })}
      {cube.remarks.map((remark) => (
        <p key={remark} className={styles.remark}>
          {remark}
        </p>
      ))}
    </article>
  );
}

function Proposed({
  file,
  isOn,
  onPick,
}: {
  file: FileProposed;
  isOn: boolean;
  onPick: (isOn: boolean) => void;
}) {
  return (
    <article className={styles.file} data-off={!isOn || undefined}>
      <label className={styles.fileName}>
        <input type="checkbox" checked={isOn} onChange={(event) => onPick(event.target.checked)} />
        <code>{file.fileName}</code>
        <span className={styles.type}>
          {file.base === null ? 'new' : `${counted(file.adds.length, 'addition')}`}
        </span>
      </label>
      <DiffView label={`Changes of ${file.fileName}`} diff={file.diff} />
    </article>
  );
}
