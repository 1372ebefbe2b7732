import { Plus } from 'lucide-react';
import { useRef } from 'react';
import type { Caller } from '../../api/callers';
import { firstOperator } from '../../query/operators';
import type { Comparison, Exploration, TimeDimension } from '../../query/query';
import type { Action, Shelf as ShelfName } from '../../query/reduce';
import { Button } from '../../ui/Button';
import { useKeptFocus } from '../../ui/useKeptFocus';
import { MemberPicker } from '../MemberPicker';
import type { Member, Members } from '../members';
import { Chips } from './Chips';
import { FilterList } from './FilterList';
import { Options } from './Options';
import styles from './Shelf.module.css';
import { TimeChip } from './TimeChip';

export interface ShelfProps {
  exploration: Exploration;
  members: Members;
  apiUrl: string;
  caller: Caller;
  dispatch: (action: Action) => void;
}

/** The filter that a member begins with. */
export function emptyFilter(member: Member): Comparison {
  return { member: member.name, operator: firstOperator(member.type), values: [] };
}

/** The query, taken apart: what is measured, by what, over which time, of which rows, and how it is laid out. */
export function Shelf({ exploration, members, apiUrl, caller, dispatch }: ShelfProps) {
  const { query } = exploration;
  const times = query.timeDimensions ?? [];
  const place = useRef<HTMLElement>(null);
  useKeptFocus(place);
  const chips = (shelf: ShelfName, label: string) => {
    const chosen = query[shelf] ?? [];
    if (chosen.length === 0) return null;
    return (
      <Line label={label}>
        <Chips
          label={label}
          names={chosen}
          members={members}
          onRemove={(member) => dispatch({ type: 'toggle', shelf, member })}
        />
      </Line>
    );
  };
  return (
    <section ref={place} className={styles.shelf} aria-label="Query">
      {chips('measures', 'Measures')}
      {chips('dimensions', 'By')}
      {times.length > 0 && (
        <Line label="Time">
          <ul className={styles.chips} aria-label="Time">
            {times.map((time: TimeDimension) => (
              <li key={time.dimension}>
                <TimeChip
                  time={time}
                  member={members.byName.get(time.dimension)}
                  against={exploration.against}
                  onCompare={(comparison) =>
                    dispatch({ type: 'compare', dimension: time.dimension, with: comparison })
                  }
                  onChange={(next) => dispatch({ type: 'setTime', time: next })}
                  onRemove={() => dispatch({ type: 'removeTime', dimension: time.dimension })}
                />
              </li>
            ))}
          </ul>
        </Line>
      )}
      {chips('segments', 'Segments')}
      <Line label="Where">
        <div className={styles.filters}>
          <FilterList
            filters={query.filters ?? []}
            path={[]}
            members={members}
            asking={{ apiUrl, caller }}
            dispatch={dispatch}
          />
          <div className={styles.actions}>
            <MemberPicker
              members={members}
              kinds={['dimension', 'time', 'measure']}
              label="Add a filter"
              onPick={(member) => dispatch({ type: 'addFilter', path: [], filter: emptyFilter(member) })}
            >
              <Button tone="quiet" size="s">
                <Plus aria-hidden="true" />
                Filter
              </Button>
            </MemberPicker>
            <Button
              tone="quiet"
              size="s"
              onPress={() => dispatch({ type: 'addFilter', path: [], filter: { or: [] } })}
            >
              <Plus aria-hidden="true" />
              Group
            </Button>
            <Options query={query} members={members} dispatch={dispatch} />
          </div>
        </div>
      </Line>
    </section>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={styles.line}>
      <span className={styles.label} aria-hidden="true">
        {label}
      </span>
      <div className={styles.content}>{children}</div>
    </div>
  );
}
