import { expect, test } from 'vitest';
import { positionIn, ways } from '../src/query/timeline';

test('the first entry cannot be undone, the last cannot be redone', () => {
  expect(ways(0, 2)).toEqual({ canUndo: false, canRedo: true });
  expect(ways(1, 2)).toEqual({ canUndo: true, canRedo: true });
  expect(ways(2, 2)).toEqual({ canUndo: true, canRedo: false });
});

test('an entry that another page made is the first', () => {
  expect(positionIn(null)).toBe(0);
  expect(positionIn({ position: 'x' })).toBe(0);
  expect(positionIn({ position: 3 })).toBe(3);
});
