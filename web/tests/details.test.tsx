// @vitest-environment happy-dom
/** What stands behind an answer is that of who asks now. */

import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Caller } from '../src/api/callers';
import type { ServerContext } from '../src/api/playground';
import { CodeTab } from '../src/explore/details/CodeTab';
import { JsonTab } from '../src/explore/details/JsonTab';
import type { Asked } from '../src/explore/useAnswer';

const mint = vi.hoisted(() => vi.fn());
vi.mock('../src/api/playground', () => ({ mintToken: mint }));

const asked = (name: string, dimension = 'o.s'): Asked => ({
  query: { dimensions: [dimension] },
  apiUrl: '/cubejs-api/v1',
  caller: caller(name),
  modelVersion: null,
});
const callers = new Map<string, Caller>();
function caller(name: string): Caller {
  const known = callers.get(name) ?? { id: name, name, claims: { name } };
  callers.set(name, known);
  return known;
}
const context = { basePath: '/cubejs-api' } as ServerContext;
const token = (name: string) => `h.${btoa(JSON.stringify({ name }))}.s`;

beforeEach(() => mint.mockImplementation(async ({ name }: { name: string }) => token(name)));
afterEach(() => {
  cleanup();
  mint.mockReset();
});

test('code never has the token of another caller, not for a moment', async () => {
  const { rerender, container } = render(<CodeTab asked={asked('ann')} context={context} />);
  await act(async () => {});
  expect(container.textContent).toContain(token('ann'));
  rerender(<CodeTab asked={asked('bob')} context={context} />);
  expect(container.textContent).not.toContain(token('ann'));
  await act(async () => {});
  expect(container.textContent).toContain(token('bob'));
});

test('a token that could not be had is asked for again with the next query', async () => {
  mint.mockRejectedValueOnce(new Error('The server does not answer'));
  const { rerender, container } = render(<CodeTab asked={asked('eve')} context={context} />);
  await act(async () => {});
  expect(container.textContent).toContain('does not answer');
  rerender(<CodeTab asked={asked('eve', 'o.c')} context={context} />);
  await act(async () => {});
  expect(container.textContent).toContain(token('eve'));
});

test('a query that is written keeps filters without a value, and takes those of older clients', () => {
  const dispatch = vi.fn();
  const query = { measures: ['o.n'], filters: [{ member: 'o.s', operator: 'equals' as const, values: [] }] };
  render(<JsonTab query={query} dispatch={dispatch} />);
  const field = screen.getByRole<HTMLTextAreaElement>('textbox');
  expect(JSON.parse(field.value)).toEqual(query);
  fireEvent.change(field, {
    target: { value: JSON.stringify({ ...query, filters: [{ dimension: 'o.s', operator: 'set' }] }) },
  });
  fireEvent.click(screen.getByRole('button', { name: 'Ask this' }));
  expect(dispatch).toHaveBeenCalledWith({
    type: 'setQuery',
    query: { ...query, filters: [{ member: 'o.s', operator: 'set' }] },
  });
});
