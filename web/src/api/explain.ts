/** Why a query is answered as it is, as `kubus explain` tells it. */

import type { Claims } from './playground';
import { postJson } from './request';
import type { components } from './schema';

/** A step of the plan; what it reads is below it. */
export interface Step {
  number: number;
  node: string;
  says: string;
  details: readonly string[];
  inputs: readonly Step[];
  /** The number of the step that tells these rows, where several read them. */
  same_as: number | null;
}

export interface Explanation {
  plan: Step | null;
  joined: readonly {
    root: string;
    why: string;
    joins: readonly { source: string; target: string; relationship: string; on: string }[];
  }[];
  repeated: readonly { measure: string; cube: string; by: readonly string[]; says: string; step: number }[];
  conditions: readonly {
    says: string;
    of: 'query' | 'policy';
    places: readonly { step: number; clause: string }[];
  }[];
  ambiguous: readonly string[];
  /** For reading: over several lines, with members as comments. */
  sql: string;
  /** The values of its placeholders, in their order. */
  parameters: readonly string[];
  data_source: string;
  dialect: string | null;
  /** What access policies do to it, a line each. */
  policies: readonly string[];
  refused: { code: string; message: string; hint: string | null } | null;
}

/** Of ranges that are compared, each is a query of its own: the first one is told, and then the others. */
export interface Explained extends Explanation {
  others: readonly Explanation[];
}

/** How the query of a caller is answered. Nothing is asked of a database. */
export function explain(
  query: components['schemas']['Query'],
  claims: Claims | null,
  signal?: AbortSignal,
): Promise<Explained> {
  return postJson('/playground/explain', { query, claims }, signal);
}
