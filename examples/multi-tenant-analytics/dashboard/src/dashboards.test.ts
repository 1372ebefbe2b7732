import { expect, it } from 'vitest';
import { changed, kept, putAt, read, sameFilters, write, type Dashboard } from './dashboards';
import { NO_FILTERS } from './filters';
import { OVERVIEW_TILES } from './tile';

function storage(): Pick<Storage, 'getItem' | 'setItem'> {
  const all = new Map<string, string>();
  return { getItem: (key) => all.get(key) ?? null, setItem: (key, value) => void all.set(key, value) };
}
const one: Dashboard = { id: 'a', name: 'Italy', filters: { period: '90d', values: { country: 'Italy' } }, tiles: OVERVIEW_TILES };

it('what was saved is there again, for who saved it', () => {
  const here = storage();
  write(here, 'anna', [one]);
  expect(read(kept(here, 'anna'))).toEqual([one]);
  expect(read(kept(here, 'ben'))).toEqual([]);
});

it('what is kept and no dashboard is passed over', () => {
  for (const text of ['no JSON', '{"a": 1}', '[1, {"id": "a"}, null]']) expect(read(text)).toEqual([]);
  const here = storage();
  write(here, 'anna', [{ ...one, tiles: [{ ...OVERVIEW_TILES[0]!, shape: 'cake' as never }] }]);
  expect(read(kept(here, 'anna'))[0]?.tiles).toEqual([]);
});

it('one is changed where it is, and one that was taken away comes back to its place', () => {
  const other = { ...one, id: 'b' };
  expect(changed([one, other], 'b', (now) => ({ ...now, name: 'Italia' }))).toEqual([one, { ...other, name: 'Italia' }]);
  expect(changed([one], 'gone', (now) => ({ ...now, name: 'Italia' }))).toEqual([one]);
  expect(putAt(['a', 'c'], 1, 'b')).toEqual(['a', 'b', 'c']);
  expect(putAt(['a'], 7, 'b')).toEqual(['a', 'b']);
});

it('filters are the same if nothing differs', () => {
  expect(sameFilters(one.filters, { period: '90d', values: { country: 'Italy' } })).toBe(true);
  expect(sameFilters(one.filters, NO_FILTERS)).toBe(false);
});
