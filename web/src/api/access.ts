/** Whom the server takes callers for, what each of them sees, and which claims the project reads. */

import type { Claims } from './playground';
import { getJson, postJson } from './request';

/** How a caller sees a member. `?` is one of which their queries are refused for what their claims lack. */
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

export interface MatrixMember {
  path: string;
  title: string;
  type: 'measure' | 'dimension' | 'segment';
  /** In the order of the callers; null for one who is not let in. */
  cells: readonly (Sight | null)[];
}

export interface MatrixHolder {
  name: string;
  type: 'cube' | 'view';
  members: readonly MatrixMember[];
}

export interface Matrix {
  callers: readonly Seen[];
  holders: readonly MatrixHolder[];
  /** How many public members there are, and how many of them were asked for: of many only the first are in `holders`. */
  members: number;
  fitting: number;
  /** Whether the model keeps anything from anybody. */
  apart: boolean;
}

/** Which members: those with these words, those that callers see differently. */
export interface MatrixChoice {
  words?: string;
  different?: boolean;
}

interface CallerAsked {
  name: string;
  claims: Claims | null;
}

/** More callers than these cannot be looked at side by side. */
export const MOST_CALLERS = 12;

/** Who sees what of the public members. */
export function fetchMatrix(
  callers: readonly CallerAsked[],
  choice: MatrixChoice,
  signal?: AbortSignal,
): Promise<Matrix> {
  const asked = callers.slice(0, MOST_CALLERS).map(({ name, claims }) => ({ name, claims }));
  return postJson('/playground/access/matrix', { callers: asked, ...choice }, signal);
}

/** Why a caller sees a member so, or for whom the policies of a cube or view are: lines for people. */
export async function fetchWhy(
  { name, claims }: CallerAsked,
  of: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const told = await postJson<{ lines: string[] }>(
    '/playground/access/why',
    { caller: { name, claims }, of },
    signal,
  );
  return told.lines;
}

export interface ClaimRead {
  path: readonly string[];
  readBy: readonly string[];
}

/** Which claims the project reads and what for, and the groups that policies are for. */
export interface ClaimsRead {
  claims: readonly ClaimRead[];
  groups: readonly string[];
  groupsClaim: readonly string[] | null;
}

export function fetchClaims(signal?: AbortSignal): Promise<ClaimsRead> {
  return getJson('/playground/access/claims', signal);
}
