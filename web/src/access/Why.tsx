import { fetchWhy } from '../api/access';
import type { Caller } from '../api/callers';
import { wordsOf } from '../api/request';
import { useFetched } from '../api/useFetched';
import { Modal } from '../ui/Modal';
import { Note, Spinner } from '../ui/State';
import styles from './Why.module.css';

/** A caller, and the path of a member or the name of a cube or view. */
export interface WhyAsked {
  caller: Caller;
  of: string;
}

/** Why a caller sees a member as they do, in front of the matrix. */
export function Why({ asked, onClose }: { asked: WhyAsked | null; onClose: () => void }) {
  return (
    <Modal
      title={asked === null ? '' : `${asked.of} for ${asked.caller.name}`}
      isOpen={asked !== null}
      onClose={onClose}
    >
      {asked !== null && <Lines asked={asked} />}
    </Modal>
  );
}

function Lines({ asked }: { asked: WhyAsked }) {
  const { data, error } = useFetched(JSON.stringify(asked), (signal) =>
    fetchWhy(asked.caller, asked.of, signal),
  );
  if (error !== undefined) return <Note tone="bad">{wordsOf(error)}</Note>;
  if (data === undefined) return <Spinner label="Asking why" />;
  return (
    <ul className={styles.lines}>
      {data.map((line, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines stay where they are
        <li key={number}>{line}</li>
      ))}
    </ul>
  );
}
