/** Sizes and durations as the Health page writes them. */

import { expect, test } from 'vitest';
import type { Health } from '../src/api/health';
import { agoWords, bytesWords, durationWords, shareWords, troubles } from '../src/health/words';

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

const WELL: Health = {
  sources: [
    { name: 'default', type: 'duckdb', dialect: 'duckdb', answers: true, error: null, milliseconds: 2 },
  ],
  model: { version: 'a', eachHasItsOwn: false, cubes: 1, views: 0, files: 1, errors: [] },
  cache: { answers: 0, bytes: 0, most: 1, given_up: 0, too_large: 0 },
  answered: { hit: 0, miss: 0, joined: 0, stale: 0 },
  queue: { running: 0, waiting: 0, answers: 0 },
  tokens: { keys: [], revocations: null, remembered: 0 },
  audit: null,
  server: { version: '1', python: '3', seconds: 1, devAuth: true },
};
const KEYS = {
  place: 'https://a.example/keys',
  keys: 2,
  fetched: 60,
  is_stale: false,
  failure: null,
  holds: 3600,
};

test('nothing needs attention where all is well', () => {
  expect(troubles(WELL)).toEqual([]);
  const revocations = { entries: 3, read: 1, is_known: true, failure: null };
  expect(troubles({ ...WELL, tokens: { keys: [KEYS], revocations, remembered: 1 } })).toEqual([]);
});

test('what does, most urgent first, and what it means', () => {
  const [source] = WELL.sources;
  if (source === undefined) throw new Error('there is one');
  const problem = { file: 'a.yml', line: 1, column: 1, message: 'x', hint: null, excerpt: null };
  const found = troubles({
    ...WELL,
    sources: [
      { ...source, milliseconds: 2500 },
      { ...source, name: 'archive', answers: false, error: 'gone' },
    ],
    model: { ...WELL.model, errors: [problem] },
    tokens: {
      keys: [
        { ...KEYS, is_stale: true, failure: 'refused' },
        { ...KEYS, place: 'https://b.example/keys', holds: 0, is_stale: true, failure: 'refused' },
      ],
      revocations: { entries: 0, read: null, is_known: false, failure: 'no file' },
      remembered: 0,
    },
    audit: { failing: true, required: true },
  });
  expect(found).toEqual([
    'The data source archive does not answer: queries of it fail.',
    'The model has 1 problem: the model of before answers.',
    'The list of revoked tokens cannot be read: nobody is let in.',
    'The keys of https://a.example/keys cannot be fetched: those of before hold for 1 h.',
    'There are no keys of https://b.example/keys: its tokens are refused.',
    'Audit records cannot be written: nothing is answered.',
    'The data source default answers slowly: 2,500 ms for nothing.',
  ]);
});

test('shares and how long ago', () => {
  expect([shareWords(0, 0), shareWords(1, 3), shareWords(199, 200)]).toEqual(['–', '33%', '99%']);
  expect([agoWords(null), agoWords(2), agoWords(90)]).toEqual(['never', 'just now', '1 min 30 s ago']);
});
