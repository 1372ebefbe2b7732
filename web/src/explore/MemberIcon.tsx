import { Calendar, Funnel, Hash, Type } from 'lucide-react';
import styles from './MemberIcon.module.css';
import type { MemberKind } from './members';

const ICONS = { measure: Hash, dimension: Type, time: Calendar, segment: Funnel };

/** What kind of member it is, by form and colour. Whoever does not see it is told by the text beside it. */
export function MemberIcon({ kind }: { kind: MemberKind }) {
  const Icon = ICONS[kind];
  return <Icon className={`${styles.icon} ${styles[kind]}`} aria-hidden="true" />;
}
