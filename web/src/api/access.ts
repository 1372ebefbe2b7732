/** Whom the server takes callers for, and what each of them sees. */

import type { Claims } from './playground';
import { postJson } from './request';

/** How a caller sees a member. `?` is a policy that cannot be evaluated for them. */
export type Sight = 'full' | 'filtered' | 'masked' | 'part masked' | 'hidden' | '?';

/** A caller as the server takes them; `refused` says why they are not let in, and then nothing else is there. */
export interface Seen {
  name: string;
  refused: string | null;
  groups?: readonly string[];
  appId?: string;
  tenant?: string | null;
  claims?: Claims;
}

export interface Cell {
  sight: Sight;
  /** Lines for people. */
  why: readonly string[];
}

export interface MatrixMember {
  path: string;
  title: string;
  type: 'measure' | 'dimension' | 'segment';
  /** In the order of the callers; null for one who is not let in. */
  cells: readonly (Cell | null)[];
}

export interface MatrixHolder {
  name: string;
  title: string;
  type: 'cube' | 'view';
  /** Why its policies are for whom, in the order of the callers. */
  why: readonly (readonly string[] | null)[];
  members: readonly MatrixMember[];
}

export interface Matrix {
  callers: readonly Seen[];
  holders: readonly MatrixHolder[];
}

/** More callers than these cannot be looked at side by side. */
export const MOST_CALLERS = 12;

/** Who sees what of the public members, and why. */
export function fetchMatrix(
  callers: readonly { name: string; claims: Claims | null }[],
  signal?: AbortSignal,
): Promise<Matrix> {
  const asked = callers.slice(0, MOST_CALLERS).map(({ name, claims }) => ({ name, claims }));
  return postJson('/playground/access/matrix', { callers: asked }, signal);
}
