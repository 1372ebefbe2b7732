import { type ReactElement, useMemo, useState } from 'react';
import {
  Autocomplete,
  Dialog,
  DialogTrigger,
  Header,
  ListBox,
  ListBoxItem,
  ListBoxSection,
  Popover,
  Text,
} from 'react-aria-components';
import listing from '../ui/Listing.module.css';
import popup from '../ui/Popup.module.css';
import { SearchField } from '../ui/SearchField';
import { MemberIcon } from './MemberIcon';
import styles from './MemberPicker.module.css';
import { found, type Member, type MemberKind, type Members } from './members';
import { placesFound } from './places';

// Whoever has not found it among these writes more of its name.
const MOST = 150;

export interface MemberPickerProps {
  members: Members;
  kinds: readonly MemberKind[];
  label: string;
  onPick: (member: Member) => void;
  /** The button that opens it. */
  children: ReactElement;
}

/** One member of the model: looked for in a list, or found by typing; Enter takes the one that is marked. */
export function MemberPicker({ children, label, ...picking }: MemberPickerProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      {children}
      <Popover className={popup.popup ?? ''} offset={6} placement="bottom start">
        <Dialog className={popup.panel ?? ''} aria-label={label}>
          <Picking label={label} {...picking} onDone={() => setOpen(false)} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

type PickingProps = Omit<MemberPickerProps, 'children'> & { onDone: () => void };

function Picking({ members, kinds, label, onPick, onDone }: PickingProps) {
  const [search, setSearch] = useState('');
  const able = useMemo(
    () =>
      members.holders.map((holder) => ({
        ...holder,
        members: holder.members.filter((member) => kinds.includes(member.kind)),
      })),
    [members, kinds],
  );
  const shown = useMemo(() => placesFound(found(able, search), MOST), [able, search]);
  return (
    <Autocomplete inputValue={search} onInputChange={setSearch}>
      <SearchField aria-label={label} placeholder="Search members" autoFocus />
      <ListBox
        aria-label={label}
        className={`${listing.list} ${styles.list}`}
        items={shown}
        renderEmptyState={() => <div className={listing.empty}>Nothing has this in its name</div>}
        onAction={(name) => {
          const member = members.byName.get(String(name));
          if (member !== undefined) onPick(member);
          onDone();
        }}
      >
        {({ id, title, children }) => (
          <ListBoxSection id={id}>
            <Header className={listing.section ?? ''}>{title}</Header>
            {children.map(({ member }) => (
              <ListBoxItem
                key={member.name}
                id={member.name}
                className={listing.item ?? ''}
                textValue={`${title} ${member.shortTitle}`}
              >
                <MemberIcon kind={member.kind} />
                <Text slot="label">{member.shortTitle}</Text>
              </ListBoxItem>
            ))}
          </ListBoxSection>
        )}
      </ListBox>
    </Autocomplete>
  );
}
