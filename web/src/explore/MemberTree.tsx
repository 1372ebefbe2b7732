import { Check, ChevronRight, Folder, FolderOpen, Funnel, ListTree } from 'lucide-react';
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
import { found, type Member } from './members';
import {
  firstOf,
  type GroupPlace,
  type MemberPlace,
  type MorePlace,
  type Place,
  placesFound,
  placesOf,
  sorted,
} from './places';
import type { MembersState } from './useMembers';

const ROW = 30;
// Longer lists are not looked through line by line: their rest is a line that leads on.
const MOST_LINES = 400;
const MOST_FOUND = 200;

export interface MemberTreeProps {
  state: MembersState;
  /** The members that the query has. */
  chosen: ReadonlySet<string>;
  onToggle: (member: Member) => void;
  onFilter: (member: Member) => void;
}

/**
 * The cubes and views with their folders, members and hierarchies; choosing a member puts it into the query, choosing it
 * again takes it out.
 */
export function MemberTree({ state, chosen, onToggle, onFilter }: MemberTreeProps) {
  const [search, setSearch] = useState('');
  const [opened, setOpened] = useState<ReadonlySet<Key>>(new Set());
  const tree = useRef<HTMLDivElement>(null);
  const { holders } = state.members;
  const isSearching = search.trim() !== '';
  const [lines, setLines] = useState<ReadonlyMap<string, number>>(new Map());
  const matching = useMemo(() => (isSearching ? found(holders, search) : []), [holders, search, isSearching]);
  const shown = useMemo(
    () => (isSearching ? placesFound(matching, MOST_FOUND) : placesOf(holders)),
    [holders, matching, isSearching],
  );
  const matches = matching.reduce((sum, holder) => sum + holder.members.length, 0);
  const { members, groups } = useMemo(() => sorted(shown), [shown]);
  const selected = useMemo(
    () => new Set([...members].flatMap(([id, { name }]) => (chosen.has(name) ? [id] : []))),
    [members, chosen],
  );
  const expanded = useMemo(
    () => (isSearching ? new Set<Key>(shown.map((place) => place.id)) : opened),
    [isSearching, shown, opened],
  );
  const toggleGroup = (id: string) =>
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });

  const showMore = ({ of }: MorePlace) =>
    setLines((before) => new Map(before).set(of, (before.get(of) ?? MOST_LINES) + MOST_LINES));

  // Of what is closed one line is made, by which the tree knows that it can be opened: a model may have tens of thousands
  // of members.
  const linesOf = ({ id, children }: GroupPlace) =>
    expanded.has(id) ? firstOf(children, lines.get(id) ?? MOST_LINES, id) : children.slice(0, 1);

  const lineOf = (place: Place) => {
    if (place.kind === 'member') return <MemberLine place={place} onFilter={onFilter} />;
    if (place.kind === 'more') return <MoreLine place={place} onAction={() => showMore(place)} />;
    return (
      <GroupLine place={place} onAction={() => toggleGroup(place.id)}>
        <Collection items={linesOf(place)} dependencies={[expanded, lines]}>
          {lineOf}
        </Collection>
      </GroupLine>
    );
  };

  return (
    <div className={styles.members}>
      <SearchField
        aria-label="Search members"
        placeholder="Search members"
        value={search}
        onChange={setSearch}
        onSubmit={() => {
          const first = shown[0]?.children[0];
          if (isSearching && first?.kind === 'member') onToggle(first.member);
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
      {matches > MOST_FOUND && (
        <p className={styles.none}>
          The closest {MOST_FOUND} of {matches.toLocaleString()}
        </p>
      )}
      {shown.length > 0 && (
        <Virtualizer layout={ListLayout} layoutOptions={{ rowHeight: ROW }}>
          <Tree
            ref={tree}
            aria-label="Members"
            className={styles.tree ?? ''}
            items={shown}
            dependencies={[expanded, lines]}
            selectionMode="multiple"
            selectionBehavior="toggle"
            disabledBehavior="selection"
            disabledKeys={groups}
            selectedKeys={selected}
            onSelectionChange={(keys) => {
              if (keys === 'all') return;
              const changed = [...keys, ...selected].find(
                (key) => keys.has(key) !== selected.has(String(key)),
              );
              const member = members.get(String(changed));
              if (member !== undefined) onToggle(member);
            }}
            expandedKeys={expanded}
            onExpandedChange={(keys) => setOpened(new Set(keys))}
          >
            {lineOf}
          </Tree>
        </Virtualizer>
      )}
    </div>
  );
}

interface GroupLineProps {
  place: GroupPlace;
  onAction: () => void;
  children: React.ReactNode;
}

function GroupLine({ place, onAction, children }: GroupLineProps) {
  const { id, kind, title, description } = place;
  const isHolder = kind === 'cube' || kind === 'view';
  return (
    <TreeItem
      id={id}
      textValue={isHolder ? title : `${title}, ${kind}`}
      className={styles.row ?? ''}
      onAction={onAction}
    >
      <TreeItemContent>
        {({ isExpanded }) => (
          <>
            <Button slot="chevron" className={styles.chevron ?? ''}>
              <ChevronRight aria-hidden="true" />
            </Button>
            {kind === 'folder' &&
              (isExpanded ? (
                <FolderOpen className={styles.emblem} aria-hidden="true" />
              ) : (
                <Folder className={styles.emblem} aria-hidden="true" />
              ))}
            {kind === 'hierarchy' && <ListTree className={styles.emblem} aria-hidden="true" />}
            <span className={isHolder ? styles.holder : styles.group} title={description}>
              {title}
            </span>
            {kind === 'view' && <span className={styles.kind}>view</span>}
          </>
        )}
      </TreeItemContent>
      {children}
    </TreeItem>
  );
}

function MoreLine({ place, onAction }: { place: MorePlace; onAction: () => void }) {
  const words = `${place.count.toLocaleString()} more`;
  return (
    <TreeItem
      id={place.id}
      textValue={words}
      className={`${styles.row} ${styles.member} ${styles.more}`}
      onAction={onAction}
    >
      <TreeItemContent>{words}</TreeItemContent>
    </TreeItem>
  );
}

function MemberLine({ place, onFilter }: { place: MemberPlace; onFilter: (member: Member) => void }) {
  const { member, where } = place;
  return (
    <TreeItem
      id={place.id}
      textValue={`${member.shortTitle}, ${member.kind}`}
      className={`${styles.row} ${styles.member}`}
    >
      <TreeItemContent>
        {({ isSelected }) => (
          <>
            <MemberIcon kind={member.kind} />
            <span className={styles.title} title={member.description}>
              {member.shortTitle}
            </span>
            {where !== '' && <span className={styles.kind}>{where}</span>}
            {!member.isPublic && <span className={styles.kind}>not public</span>}
            {isSelected && <Check className={styles.check} aria-hidden="true" />}
            {member.kind !== 'segment' && (
              <Button
                className={styles.filter ?? ''}
                aria-label={`Filter by ${member.shortTitle}`}
                onPress={() => onFilter(member)}
              >
                <Funnel aria-hidden="true" />
              </Button>
            )}
          </>
        )}
      </TreeItemContent>
    </TreeItem>
  );
}
