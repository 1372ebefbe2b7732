/** What every page asks of the Playground's server: where it is, tokens, explanations. */

import { getJson, postJson } from './request';

/** What a token says of its caller. */
export type Claims = Record<string, unknown>;

/** The server and its model, as they are now. */
export interface ServerContext {
  /** Another one after each start of the server. */
  start: string;
  basePath: string;
  coreServerVersion: string;
  projectName: string;
  /** Changes when another model answers; null where there is none, or each tenant has its own. */
  modelVersion: string | null;
  /** Changes when a model file does, whether it compiles or not. */
  filesVersion: string;
  /** How many problems the model files have as they are now. */
  modelError: number;
  /** The dialect of each data source. */
  dialects: Record<string, string>;
  /** Whether there are no model files yet, so that tables are to be picked first. */
  shouldStartConnectionWizardFlow: boolean;
  /** Whether development mode asks for a token all the same. */
  devAuth: boolean;
}

export function fetchContext(signal?: AbortSignal): Promise<ServerContext> {
  return getJson('/playground/context', signal);
}

/** A token of development mode, for a caller with these claims. */
export async function mintToken(claims: Claims, signal?: AbortSignal): Promise<string> {
  return (await postJson<{ token: string }>('/playground/token', { payload: claims }, signal)).token;
}
