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
  cache: { answers: number; bytes: number; most: number };
  queue: { running: number; waiting: number; answers: number };
  /** Null where nothing is recorded. */
  audit: { failing: boolean; required: boolean } | null;
  server: { version: string; python: string; seconds: number; devAuth: boolean };
}

export function fetchHealth(signal?: AbortSignal): Promise<Health> {
  return getJson('/playground/health', signal);
}
