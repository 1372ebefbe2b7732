import { Check, ChevronRight, Funnel } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import {
  Button,
  Collection,
  type Key,
  ListLayout,
  Tree,
  TreeItem,
  TreeItemContent,
  Virtualizer,
} from 'react-aria-components';
import { SearchField } from '../ui/SearchField';
import { EmptyState, Note, Spinner } from '../ui/State';
import { MemberIcon } from './MemberIcon';
import styles from './MemberTree.module.css';
import { found, type Holder, type Member } from './members';
import type { MembersState } from './useMembers';

const ROW = 30;

export interface MemberTreeProps {
  state: MembersState;
  /** The members that the query has. */
  chosen: ReadonlySet<string>;
  onToggle: (member: Member) => void;
  onFilter: (member: Member) => void;
}

/** The cubes and views with their members; choosing one puts it into the query, choosing it again takes it out. */
export function MemberTree({ state, chosen, onToggle, onFilter }: MemberTreeProps) {
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<Key>>(new Set());
  const tree = useRef<HTMLDivElement>(null);
  const { holders, byName } = state.members;
  const shown = useMemo(() => found(holders, search), [holders, search]);
  const isSearching = search.trim() !== '';
  const expanded = isSearching ? new Set<Key>(shown.map((holder) => holder.name)) : opened;

  const toggleHolder = (name: string) => {
    const next = new Set(opened);
    if (!next.delete(name)) next.add(name);
    setOpened(next);
  };

  return (
    <div className={styles.members}>
      <SearchField
        aria-label="Search members"
        placeholder="Search members"
        value={search}
        onChange={setSearch}
        onSubmit={() => {
          const first = shown[0]?.members[0];
          if (isSearching && first !== undefined) onToggle(first);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') tree.current?.querySelector<HTMLElement>('[role=row]')?.focus();
          else event.continuePropagation();
        }}
      />
      {state.refused !== null && <Note tone="bad">{state.refused.message}</Note>}
      {holders.length === 0 && state.isLoading && <Spinner label="Reading the model" />}
      {holders.length === 0 && !state.isLoading && state.refused === null && (
        <EmptyState title="No members">
          <p>The model has no members that this caller may see.</p>
        </EmptyState>
      )}
      {isSearching && shown.length === 0 && holders.length > 0 && (
        <p className={styles.none}>Nothing has “{search}” in its name.</p>
      )}
      {shown.length > 0 && (
        <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: ROW }}>
          <Tree
            ref={tree}
            aria-label="Members"
            className={styles.tree ?? ''}
            items={shown}
            dependencies={[chosen, expanded]}
            selectionMode="multiple"
            selectionBehavior="toggle"
            disabledBehavior="selection"
            disabledKeys={shown.map((holder) => holder.name)}
            selectedKeys={chosen}
            onSelectionChange={(keys) => {
              if (keys === 'all') return;
              const changed = [...keys, ...chosen].find((key) => keys.has(key) !== chosen.has(String(key)));
              const member = changed === undefined ? undefined : byName.get(String(changed));
              if (member !== undefined) onToggle(member);
            }}
            expandedKeys={expanded}
            onExpandedChange={(keys) => setOpened(new Set(keys))}
          >
            {(holder: Holder) => (
              <TreeItem
                id={holder.name}
                textValue={holder.title}
                className={styles.row ?? ''}
                onAction={() => toggleHolder(holder.name)}
              >
                <TreeItemContent>
                  <Button slot="chevron" className={styles.chevron ?? ''}>
                    <ChevronRight aria-hidden="true" />
                  </Button>
                  <span className={styles.holder}>{holder.title}</span>
                  <span className={styles.kind}>{holder.isView ? 'view' : ''}</span>
                </TreeItemContent>
                <Collection items={holder.members}>
                  {(member: Member) => (
                    <MemberRow member={member} isChosen={chosen.has(member.name)} onFilter={onFilter} />
                  )}
                </Collection>
              </TreeItem>
            )}
          </Tree>
        </Virtualizer>
      )}
    </div>
  );
}

interface MemberRowProps {
  member: Member;
  isChosen: boolean;
  onFilter: (member: Member) => void;
}

function MemberRow({ member, isChosen, onFilter }: MemberRowProps) {
  const isSegment = member.kind === 'segment';
  return (
    <TreeItem
      id={member.name}
      textValue={`${member.shortTitle}, ${member.kind}`}
      className={`${styles.row} ${styles.member}`}
    >
      <TreeItemContent>
        <MemberIcon kind={member.kind} />
        <span className={styles.title} title={member.description}>
          {member.shortTitle}
        </span>
        {!member.isPublic && <span className={styles.kind}>not public</span>}
        {isChosen && <Check className={styles.check} aria-hidden="true" />}
        {!isSegment && (
          <Button
            className={styles.filter ?? ''}
            aria-label={`Filter by ${member.shortTitle}`}
            onPress={() => onFilter(member)}
          >
            <Funnel aria-hidden="true" />
          </Button>
        )}
      </TreeItemContent>
    </TreeItem>
  );
}
