/** How callers see members: what a cell looks like, and what it means. */

import { Ban, Check, EyeOff, Filter, HelpCircle, type LucideIcon, SquareDashed } from 'lucide-react';
import type { Sight } from '../api/access';

export interface SightLook {
  word: string;
  icon: LucideIcon;
  tone: 'good' | 'part' | 'warn' | 'soft' | 'bad';
}

export const SIGHTS: Record<Sight, SightLook & { means: string }> = {
  full: { word: 'All', icon: Check, tone: 'good', means: 'the value, in every row' },
  filtered: {
    word: 'Some rows',
    icon: Filter,
    tone: 'part',
    means: 'the value, in the rows that policies give',
  },
  masked: { word: 'Masked', icon: SquareDashed, tone: 'warn', means: 'a mask in the place of the value' },
  'part masked': {
    word: 'Part masked',
    icon: SquareDashed,
    tone: 'warn',
    means: 'the value in some rows, else a mask',
  },
  hidden: { word: 'Hidden', icon: EyeOff, tone: 'soft', means: 'nothing: a query that names it is refused' },
  '?': {
    word: 'Unclear',
    icon: HelpCircle,
    tone: 'bad',
    means: 'a claim is missing that a policy reads, or the tenant: queries are refused',
  },
};

/** Of a caller who is not let in. */
export const REFUSED: SightLook = { word: 'Refused', icon: Ban, tone: 'bad' };

export const lookOf = (sight: Sight | null): SightLook => (sight === null ? REFUSED : SIGHTS[sight]);
