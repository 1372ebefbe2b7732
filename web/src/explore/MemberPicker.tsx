import { type ReactElement, useState } from 'react';
import { Dialog, DialogTrigger, Popover } from 'react-aria-components';
import { ComboBox } from '../ui/ComboBox';
import popup from '../ui/Popup.module.css';
import { MemberIcon } from './MemberIcon';
import type { Member, MemberKind, Members } from './members';

export interface MemberPickerProps {
  members: Members;
  kinds: readonly MemberKind[];
  label: string;
  onPick: (member: Member) => void;
  /** The button that opens it. */
  children: ReactElement;
}

/** One member of the model, found by typing. */
export function MemberPicker({ members, kinds, label, onPick, children }: MemberPickerProps) {
  const [isOpen, setOpen] = useState(false);
  const sections = members.holders.flatMap((holder) => {
    const options = holder.members
      .filter((member) => kinds.includes(member.kind))
      .map((member) => ({
        id: member.name,
        label: member.shortTitle,
        icon: <MemberIcon kind={member.kind} />,
      }));
    return options.length === 0 ? [] : [{ title: holder.title, options }];
  });
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      {children}
      <Popover className={popup.popup ?? ''} offset={6} placement="bottom start">
        <Dialog className={popup.panel ?? ''} aria-label={label}>
          <ComboBox
            label={label}
            sections={sections}
            value={null}
            placeholder="Search members"
            autoFocus
            onChange={(name) => {
              const member = members.byName.get(name);
              if (member !== undefined) onPick(member);
              setOpen(false);
            }}
          />
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
