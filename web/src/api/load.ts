/** The data API, asked with the client library that applications use too. */

import cube, {
  type Query as ClientQuery,
  type Cube,
  HttpTransport,
  type ITransportResponse,
  type LoadResponseResult,
  RequestError,
} from '@cubejs-client/core';
import { type Caller, forgetTokens, tokenOf } from './callers';
import { Refused } from './request';
import type { components } from './schema';

/** A phase of a request and its duration in milliseconds, as the server measured it. */
export interface Phase {
  name: string;
  ms: number;
}

type Query = components['schemas']['Query'];

/** A row of an answer, keyed by member: texts, also for numbers; booleans; null. */
export type Row = Record<string, string | boolean | null>;

/** The answer to a query, and how it came. */
export interface Answer {
  results: readonly LoadResponseResult<Row>[];
  phases: readonly Phase[];
  /** From the request to the answer, as the browser saw it. */
  ms: number;
}

/** What is asked, by whom, and what to do meanwhile. */
export interface Asking {
  apiUrl: string;
  caller: Caller;
  signal: AbortSignal;
  /** Told each time that the server says it is still running, with the seconds so far. */
  onStillRunning?: (stage: string, seconds: number) => void;
}

/** Sends requests as the library does, and keeps what the server says of its phases. */
class TimedTransport extends HttpTransport {
  phases: readonly Phase[] = [];

  override request(
    apiMethod: string,
    options: Parameters<HttpTransport['request']>[1],
  ): ITransportResponse<Response> {
    const request = super.request(apiMethod, options);
    return {
      ...request,
      subscribe: (callback) =>
        request.subscribe((response, again) => {
          if (response instanceof Response)
            this.phases = phasesIn(response.headers.get('server-timing') ?? '');
          return callback(response, again);
        }),
    };
  }
}

/** The phases in a header `Server-Timing`. */
export function phasesIn(header: string): Phase[] {
  return header.split(',').flatMap((entry) => {
    const found = /^\s*([\w-]+)\s*;.*?dur=([\d.]+)/.exec(entry);
    return found === null ? [] : [{ name: String(found[1]), ms: Number(found[2]) }];
  });
}

async function withToken<T>(
  { apiUrl, caller, signal }: Asking,
  ask: (api: ReturnType<typeof cube>, transport: TimedTransport) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const authorization = await tokenOf(caller, signal);
    const transport = new TimedTransport({
      ...(authorization === undefined ? {} : { authorization }),
      apiUrl,
      signal,
    });
    try {
      return await ask(cube(authorization ?? '', { apiUrl, transport }), transport);
    } catch (error) {
      if (signal.aborted) throw new DOMException('no longer wanted', 'AbortError');
      const status = error instanceof RequestError ? error.status : 0;
      const isTokenRefused = status === 403 && error instanceof Error && error.message === 'Invalid token';
      if (isTokenRefused && attempt === 1) {
        forgetTokens(caller);
        continue;
      }
      throw refusal(error);
    }
  }
}

function refusal(error: unknown): Refused {
  if (!(error instanceof RequestError)) return new Refused(String(error), 0);
  if (error.status === undefined) return new Refused('The server does not answer. Is it still running?', 0);
  return new Refused(error.message, error.status);
}

/** Asks for the rows of a query. */
export function load(query: Query, asking: Asking): Promise<Answer> {
  const started = performance.now();
  return withToken(asking, async (api, transport) => {
    // The library's type of a query has fewer operators than the API.
    const resultSet = await api.load(query as ClientQuery, {
      progressCallback: (progress) =>
        asking.onStillRunning?.(stageIn(progress.stage()), (performance.now() - started) / 1000),
    });
    return {
      // The method that gives these, `serialize`, copies every row.
      // biome-ignore lint/complexity/useLiteralKeys: only so may what is private be read
      results: resultSet['loadResponses'],
      phases: transport.phases,
      ms: performance.now() - started,
    };
  });
}

/** What the server does for a query that still runs. The library says that this is text; the API gives an object. */
function stageIn(told: unknown): string {
  if (typeof told === 'object' && told !== null && 'stage' in told) return String(told.stage);
  return String(told);
}

/** The cubes and views that the caller may ask about. */
export function loadMeta(asking: Asking): Promise<readonly Cube[]> {
  return withToken(asking, async (api) => (await api.meta()).cubes);
}

/** A range of a time as the server reads it now: its first and its last moment, wall time of the query's zone. */
export function resolveRange(
  { dimension, dateRange }: components['schemas']['TimeDimension'],
  timezone: string | undefined,
  asking: Asking,
): Promise<readonly [start: string, end: string]> {
  const query = {
    timeDimensions: [{ dimension, granularity: 'day', dateRange }],
    ...(timezone === undefined ? {} : { timezone }),
  };
  return withToken(asking, async (api) => {
    const { normalizedQueries } = await api.dryRun(query as ClientQuery);
    const [start, end] = normalizedQueries[0]?.timeDimensions?.[0]?.dateRange ?? [];
    if (start === undefined || end === undefined) throw new Error(`The range of ${dimension} has no ends`);
    return [start, end];
  });
}
