import { expect, it } from 'vitest';
import { put, read, sameFilters, write, type Dashboard } from './dashboards';
import { NO_FILTERS } from './filters';
import { OVERVIEW_TILES } from './tile';

function storage(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}
const one: Dashboard = { id: 'a', name: 'Italy', filters: { period: '90d', values: { country: 'Italy' } }, tiles: OVERVIEW_TILES };

it('what was saved is there again, for who saved it', () => {
  const kept = storage();
  write(kept, 'anna', [one]);
  expect(read(kept, 'anna')).toEqual([one]);
  expect(read(kept, 'ben')).toEqual([]);
});

it('what is kept and no dashboard is passed over', () => {
  const kept = storage();
  for (const text of ['no JSON', '{"a": 1}', '[1, {"id": "a"}, null]']) {
    kept.setItem('dashboards of anna', text);
    expect(read(kept, 'anna')).toEqual([]);
  }
  write(kept, 'anna', [{ ...one, tiles: [{ ...OVERVIEW_TILES[0]!, shape: 'cake' as never }] }]);
  expect(read(kept, 'anna')[0]?.tiles).toEqual([]);
});

it('one of the same id takes the place', () => {
  const renamed = { ...one, name: 'Italia' };
  expect(put([one], renamed)).toEqual([renamed]);
  expect(put([one], { ...one, id: 'b' })).toHaveLength(2);
});

it('filters are the same if nothing differs', () => {
  expect(sameFilters(one.filters, { period: '90d', values: { country: 'Italy' } })).toBe(true);
  expect(sameFilters(one.filters, NO_FILTERS)).toBe(false);
});
