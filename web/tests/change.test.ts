import { expect, test } from 'vitest';
import { difference, relativeChange } from '../src/query/change';

test.each([
  ['11687', '7150', '4537'],
  ['7150', '11687', '-4537'],
  ['0.3', '0.1', '0.2'],
  ['12345678901234567890.01', '12345678901234567890.02', '-0.01'],
  ['-0.5', '0.25', '-0.75'],
  ['5', '5.00', '0.00'],
  ['1e3', '1', '999'],
  ['5', null, null],
  [undefined, '5', null],
  ['hidden', '5', null],
])('%s after %s is a change of %s', (value, before, changed) => {
  expect(difference(value, before)).toBe(changed);
});

test('a share of what was, whatever its sign; none of zero', () => {
  expect(relativeChange('150', '100')).toBe(0.5);
  expect(relativeChange('-50', '-100')).toBe(0.5);
  expect(relativeChange('5', '0')).toBeNull();
});
