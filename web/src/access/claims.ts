/** Claims as text, and what a token says. No React. */

import type { Claims } from '../api/playground';

/** Claims that are times, in seconds since 1970. */
const TIMES = ['exp', 'iat', 'nbf'];
/** What the Playground puts into each token itself. */
const OWN = new Set(['iat', 'exp', 'iss']);

export type ReadClaims = { claims: Claims; problem: null } | { claims: null; problem: string };

/** The claims that a text says, or what is wrong with it and where. */
export function claimsIn(text: string): ReadClaims {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { claims: null, problem: placed(error instanceof Error ? error.message : String(error), text) };
  }
  if (!isClaims(value)) return { claims: null, problem: 'Claims are an object: { "role": "admin" }' };
  for (const name of TIMES) {
    const time = value[name];
    if (time !== undefined && typeof time !== 'number') {
      return { claims: null, problem: `${name} has to be a number of seconds since 1970` };
    }
  }
  return { claims: value, problem: null };
}

/** Engines say the place as an offset, as line and column, or not at all. */
function placed(message: string, text: string): string {
  const offset = /position (\d+)/.exec(message)?.[1];
  const words = message.replace(/ \(line \d+ column \d+\)/, '').replace(/ in JSON at position \d+.*/, '');
  if (offset === undefined) return words;
  const before = text.slice(0, Number(offset)).split('\n');
  return `Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${words}`;
}

function isClaims(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function claimsText(claims: Claims | null): string {
  return JSON.stringify(claims ?? {}, null, 2);
}

export interface DecodedToken {
  header: Claims;
  payload: Claims;
}

/** What a token says, whoever signed it; null if it is none. */
export function decoded(token: string): DecodedToken | null {
  const parts = token
    .trim()
    .replace(/^bearer\s+/i, '')
    .split('.');
  if (parts.length !== 3) return null;
  const [header, payload] = parts.slice(0, 2).map(objectIn);
  return header && payload ? { header, payload } : null;
}

function objectIn(part: string): Claims | null {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (one) =>
      one.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isClaims(value) ? value : null;
  } catch {
    return null;
  }
}

/** The claims of somebody's token that are theirs: without what each token gets anew. */
export function ownClaims(payload: Claims): Claims {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !OWN.has(name)));
}

/** A claim as people read it; times with what they mean at `now`, in milliseconds since 1970. */
export function claimWords(name: string, value: unknown, now: number): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!TIMES.includes(name) || typeof value !== 'number') return text;
  const minutes = Math.round((value * 1000 - now) / 60_000);
  const [size, unit] =
    Math.abs(minutes) < 60 ? [minutes, 'minute' as const] : [Math.round(minutes / 60), 'hour' as const];
  return `${text} (${new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(size, unit)})`;
}
