/** Claims as text, and what a token says. No React. */

import type { Claims } from '../api/playground';

/** Claims that are times, in seconds since 1970. */
const TIMES = ['exp', 'iat', 'nbf'];
/** What the Playground puts into each token itself. */
const OWN = new Set(['iat', 'exp', 'iss']);

/** `at` is where the problem is, in units from the beginning; null where engines do not say it. */
export type ReadClaims =
  | { claims: Claims; problem: null }
  | { claims: null; problem: string; at: number | null };

/** The claims that a text says, or what is wrong with it and where. */
export function claimsIn(text: string): ReadClaims {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { claims: null, problem: placed(message, text), at: offsetIn(message, text) };
  }
  if (!isClaims(value)) return { claims: null, problem: 'Claims are an object: { "role": "admin" }', at: 0 };
  for (const name of TIMES) {
    const time = value[name];
    if (time !== undefined && typeof time !== 'number') {
      const at = text.lastIndexOf(`"${name}"`);
      return {
        claims: null,
        problem: `${name} has to be a number of seconds since 1970`,
        at: at < 0 ? null : at,
      };
    }
  }
  return { claims: value, problem: null };
}

/** Engines say the place as an offset, as line and column, or not at all. */
function placed(message: string, text: string): string {
  const offset = offsetIn(message, text);
  const words = message.replace(/ \(line \d+ column \d+\)/, '').replace(/ in JSON at position \d+.*/, '');
  if (offset === null) return words;
  const before = text.slice(0, offset).split('\n');
  return `Line ${before.length}, column ${(before.at(-1) ?? '').length + 1}: ${words}`;
}

function offsetIn(message: string, text: string): number | null {
  const offset = /position (\d+)/.exec(message)?.[1];
  if (offset !== undefined) return Number(offset);
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (line === undefined) return null;
  const above = text.split('\n').slice(0, Number(line) - 1);
  return above.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
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
