/** Sizes and durations as the Health page writes them. */

import { expect, test } from 'vitest';
import { bytesWords, durationWords } from '../src/health/words';

test.each([
  [0, '0 bytes'],
  [1023, '1,023 bytes'],
  [1536, '1.5 KiB'],
  [256 * 1024 * 1024, '256 MiB'],
  [5000 * 1024 ** 3, '5,000 GiB'],
])('%d bytes', (bytes, words) => {
  expect(bytesWords(bytes)).toBe(words);
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3700, '1 h 1 min'],
  [86_400, '1 d'],
  [90_061, '1 d 1 h'],
])('%d seconds', (seconds, words) => {
  expect(durationWords(seconds)).toBe(words);
});
