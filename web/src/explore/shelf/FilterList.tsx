import { Plus, X } from 'lucide-react';
import { filteredMembers, type Path } from '../../query/filterTree';
import { type Comparison, type Filter, type Group, group, isGroup, partsOf } from '../../query/query';
import type { Action } from '../../query/reduce';
import { Button, IconButton } from '../../ui/Button';
import { Segmented } from '../../ui/Segmented';
import { MemberPicker } from '../MemberPicker';
import type { MemberKind, Members } from '../members';
import styles from './FilterList.module.css';
import { FilterRow } from './FilterRow';
import { emptyFilter } from './Shelf';
import type { ValueAsking } from './ValuesField';

export interface FilterListProps {
  filters: readonly Filter[];
  path: Path;
  members: Members;
  asking: ValueAsking;
  dispatch: (action: Action) => void;
}

/** Filters, one below the other; a group has its own list within. */
export function FilterList({ filters, path, members, asking, dispatch }: FilterListProps) {
  if (filters.length === 0) return null;
  return (
    <ul className={styles.list}>
      {filters.map((filter, position) => {
        const place = [...path, position];
        const shared = { path: place, members, asking, dispatch };
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a filter is its place
          <li key={position}>
            {isGroup(filter) ? (
              <FilterGroup filter={filter} {...shared} />
            ) : (
              <FilterRow
                filter={filter}
                member={members.byName.get(filter.member)}
                asking={asking}
                onChange={(next: Comparison) =>
                  dispatch({ type: 'replaceFilter', path: place, filter: next })
                }
                onRemove={() => dispatch({ type: 'removeFilter', path: place })}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

interface FilterGroupProps extends Omit<FilterListProps, 'filters'> {
  filter: Group;
}

function FilterGroup({ filter, path, members, asking, dispatch }: FilterGroupProps) {
  const { word, parts } = partsOf(filter);
  const name = `Group ${path.map((position) => position + 1).join('.')}`;
  return (
    <fieldset className={styles.group}>
      <legend className={styles.legend}>{name}</legend>
      <div className={styles.head}>
        <Segmented
          aria-label={`${name}: how many of its filters have to hold`}
          segments={[
            { id: 'and', label: 'all of' },
            { id: 'or', label: 'any of' },
          ]}
          value={word}
          onChange={(next) => dispatch({ type: 'replaceFilter', path, filter: group(next, parts) })}
        />
        <MemberPicker
          members={members}
          kinds={kindsFor(parts, members)}
          label={`Add a filter to ${name}`}
          onPick={(member) => dispatch({ type: 'addFilter', path, filter: emptyFilter(member) })}
        >
          <Button tone="quiet" size="s" aria-label={`Add a filter to ${name}`}>
            <Plus aria-hidden="true" />
            Filter
          </Button>
        </MemberPicker>
        <Button
          tone="quiet"
          size="s"
          aria-label={`Add a group to ${name}`}
          onPress={() => dispatch({ type: 'addFilter', path, filter: { and: [] } })}
        >
          <Plus aria-hidden="true" />
          Group
        </Button>
        <IconButton
          size="s"
          label={`Remove ${name}`}
          icon={<X />}
          onPress={() => dispatch({ type: 'removeFilter', path })}
        />
      </div>
      <FilterList filters={parts} path={path} members={members} asking={asking} dispatch={dispatch} />
    </fieldset>
  );
}

/** What may stand beside these filters: a group chooses rows or groups of them, and cannot do both. */
function kindsFor(parts: readonly Filter[], { byName }: Members): readonly MemberKind[] {
  const [first] = filteredMembers(parts);
  if (first === undefined) return ['dimension', 'time', 'measure'];
  return byName.get(first)?.kind === 'measure' ? ['measure'] : ['dimension', 'time'];
}
