/** How the server is, and what it runs on. */

import { getJson } from './request';

export interface SourceHealth {
  name: string;
  type: string;
  dialect: string;
  answers: boolean;
  error: string | null;
  milliseconds: number;
}

export interface ModelProblem {
  file: string;
  line: number;
  column: number;
  message: string;
  hint: string | null;
  excerpt: string | null;
}

export interface CacheHealth {
  answers: number;
  bytes: number;
  most: number;
  /** How many made room for others, and how many were not kept for their size. */
  given_up: number;
  too_large: number;
}

/** The keys that a signer publishes. Times are in seconds; `fetched` and `read` say how long ago. */
export interface KeysHealth {
  place: string;
  keys: number;
  fetched: number | null;
  is_stale: boolean;
  failure: string | null;
  /** For how long they may be used if none are fetched any more. */
  holds: number;
}

export interface RevocationHealth {
  entries: number;
  read: number | null;
  is_known: boolean;
  failure: string | null;
}

export interface Health {
  sources: readonly SourceHealth[];
  model: {
    version: string | null;
    /** Whether each tenant has a model of its own; then there is none to tell of here. */
    eachHasItsOwn: boolean;
    cubes: number;
    views: number;
    files: number;
    errors: readonly ModelProblem[];
  };
  cache: CacheHealth;
  /** How answers since the start were come by: kept, from the database, with somebody else's statement, older ones. */
  answered: { hit: number; miss: number; joined: number; stale: number };
  queue: { running: number; waiting: number; answers: number };
  tokens: { keys: readonly KeysHealth[]; revocations: RevocationHealth | null; remembered: number };
  /** Null where nothing is recorded. */
  audit: { failing: boolean; required: boolean } | null;
  server: { version: string; python: string; seconds: number; devAuth: boolean };
}

export function fetchHealth(signal?: AbortSignal): Promise<Health> {
  return getJson('/playground/health', signal);
}
