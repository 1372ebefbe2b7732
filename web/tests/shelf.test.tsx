// @vitest-environment happy-dom
/** The query as it is put together: when values are asked for, what Escape does, and where the focus goes. */

import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useReducer } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { NO_MEMBERS } from '../src/explore/members';
import { Shelf } from '../src/explore/shelf/Shelf';
import { ValueField } from '../src/explore/shelf/ValueField';
import { ValuesField } from '../src/explore/shelf/ValuesField';
import { NOTHING, type Query } from '../src/query/query';
import { reduce } from '../src/query/reduce';

const load = vi.hoisted(() => vi.fn());
vi.mock('../src/api/load', () => ({ load }));

const CALLER = { id: 'a', name: 'A', claims: null };

afterEach(() => {
  cleanup();
  load.mockReset();
});

function values(onChange = vi.fn()) {
  load.mockResolvedValue({ results: [{ data: [{ 'o.s': 'done' }, { 'o.s': 'new' }] }] });
  const asking = { apiUrl: '/v1', caller: CALLER };
  render(<ValuesField label="Status" values={[]} onChange={onChange} suggestsOf="o.s" asking={asking} />);
  return { field: screen.getByRole<HTMLInputElement>('combobox'), onChange };
}

const pause = (ms: number) => act(() => new Promise<void>((done) => void setTimeout(done, ms)));

test('values are asked for once somebody is about to choose, and are offered then', async () => {
  const { field } = values();
  await pause(250);
  expect(load).not.toHaveBeenCalled();
  act(() => field.focus());
  await pause(20);
  expect(load).toHaveBeenCalledTimes(1);
  expect(screen.getAllByRole('option').map((one) => one.textContent)).toEqual(['done', 'new']);
});

test('Escape throws away what is typed; leaving adds it', async () => {
  const { field, onChange } = values();
  act(() => field.focus());
  fireEvent.change(field, { target: { value: 'hal' } });
  fireEvent.keyDown(field, { key: 'Escape' });
  expect(field.value).toBe('');
  act(() => field.blur());
  await pause(20);
  expect(onChange).not.toHaveBeenCalled();
  act(() => field.focus());
  fireEvent.change(field, { target: { value: 'half' } });
  act(() => field.blur());
  await pause(20);
  expect(onChange).toHaveBeenCalledWith(['half']);
});

test('Escape brings back the value that was', () => {
  const onChange = vi.fn();
  render(<ValueField label="Amount" type="number" value="5" onChange={onChange} />);
  const field = screen.getByRole<HTMLInputElement>('textbox');
  act(() => field.focus());
  fireEvent.change(field, { target: { value: '57' } });
  fireEvent.keyDown(field, { key: 'Escape' });
  expect(field.value).toBe('5');
  act(() => field.blur());
  expect(onChange).not.toHaveBeenCalled();
});

function Composing({ query }: { query: Query }) {
  const [exploration, dispatch] = useReducer(reduce, { ...NOTHING, query });
  return (
    <Shelf exploration={exploration} members={NO_MEMBERS} apiUrl="/v1" caller={CALLER} dispatch={dispatch} />
  );
}

const focused = () =>
  document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent;

function press(name: string) {
  const button = screen.getByRole('button', { name });
  act(() => button.focus());
  fireEvent.click(button);
}

test('the focus stays in the query when what had it is taken away', () => {
  const time = (dimension: string) => ({ dimension, granularity: 'month' });
  const filter = (member: string) => ({ member, operator: 'set' as const });
  render(
    <Composing
      query={{
        measures: ['o.n'],
        timeDimensions: [time('o.at'), time('o.end')],
        filters: [filter('o.s'), filter('o.c')],
      }}
    />,
  );
  press('Remove o.at');
  expect(focused()).toContain('o.end');
  press('Remove the filter on o.c');
  expect(focused()).toBe('Filter');
  press('Remove the filter on o.s');
  expect(focused()).toBe('Filter');
  press('Remove o.end');
  expect(focused()).toBe('Filter');
});

test('the focus stays in the query when the last chip on a shelf is taken away by its key', () => {
  render(<Composing query={{ measures: ['o.n'], dimensions: ['o.s'] }} />);
  const chip = (name: string) => screen.getByRole('row', { name });
  act(() => chip('o.n').focus());
  fireEvent.keyDown(chip('o.n'), { key: 'Delete' });
  expect(screen.queryByRole('row', { name: 'o.n' })).toBeNull();
  expect(document.activeElement).toBe(chip('o.s'));
});
