/** Requests to the Playground's own endpoints: JSON in, JSON out, with the nonce that the server asks for. */

/** What a server refused, in its own words. `status` 0 says that no server answered. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Whether a request ended because whoever asked no longer wants the answer. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** The words of any error, for people. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the server put into the page. */
function told(name: 'nonce' | 'project'): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="kubus-${name}"]`)?.content ?? '';
}

/** The name under which the browser keeps something of this project: another one may have the same address. */
export function keptAs(name: string): string {
  return `kubus.${name}.${told('project')}`;
}

function nonce(): string {
  return told('nonce');
}

async function answered(path: string, request: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Refused('The server does not answer. Is it still running?', 0);
  }
  if (response.ok) return response;
  const text = await response.text();
  throw new Refused(errorIn(text) ?? `${path} answered with status ${response.status}`, response.status);
}

function errorIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body) {
      const hint = 'hint' in body && typeof body.hint === 'string' ? `. ${body.hint}` : '';
      return `${body.error}${hint}`;
    }
  } catch {
    // Not JSON: whoever stands between us and the server said something of its own.
  }
  return undefined;
}

/** What a GET answers. The type is the caller's promise, kept by the server's tests. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await answered(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/** The response to a POST of a JSON body. */
export function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return answered(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-kubus-nonce': nonce() },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** What a POST of a JSON body answers. */
export async function postJson<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await post(path, body, signal)).json()) as T;
}
