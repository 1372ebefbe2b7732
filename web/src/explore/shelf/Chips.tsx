import { X } from 'lucide-react';
import { Button, Tag, TagGroup, TagList } from 'react-aria-components';
import { MemberIcon } from '../MemberIcon';
import type { Members } from '../members';
import styles from './Chips.module.css';

export interface ChipsProps {
  label: string;
  names: readonly string[];
  members: Members;
  onRemove: (name: string) => void;
}

/** The members on a shelf. The arrow keys go from one to the next, Delete takes one away. */
export function Chips({ label, names, members, onRemove }: ChipsProps) {
  return (
    <TagGroup
      aria-label={label}
      onRemove={(keys) => {
        for (const key of keys) onRemove(String(key));
      }}
    >
      <TagList className={styles.list ?? ''}>
        {names.map((name) => {
          const member = members.byName.get(name);
          const title = member?.title ?? name;
          return (
            <Tag key={name} id={name} textValue={title} className={styles.chip ?? ''}>
              {member !== undefined && <MemberIcon kind={member.kind} />}
              <span className={styles.title}>{title}</span>
              <Button slot="remove" className={styles.remove ?? ''}>
                <X aria-hidden="true" />
              </Button>
            </Tag>
          );
        })}
      </TagList>
    </TagGroup>
  );
}
