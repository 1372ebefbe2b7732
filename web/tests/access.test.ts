/** What the Access page does without a server: claims, tokens, answers side by side, the matrix. */

import { describe, expect, test } from 'vitest';
import { claimsIn, claimsText, claimWords, decoded, ownClaims } from '../src/access/claims';
import { counts, onlyIn, paired } from '../src/access/compare';
import { countWords, linesOf } from '../src/access/matrix';
import type { Matrix, MatrixMember } from '../src/api/access';

describe('claims', () => {
  test('are an object of JSON', () => {
    expect(claimsIn('{"role": "admin", "n": [1, null]}')).toEqual({
      claims: { role: 'admin', n: [1, null] },
      problem: null,
    });
    for (const text of ['[]', 'null', '7', '"admin"']) expect(claimsIn(text).problem).toContain('an object');
  });

  test('that are no JSON say what is wrong', () => {
    const { claims, problem } = claimsIn('{\n  "role": admin\n}');
    expect(claims).toBeNull();
    expect(problem).toMatch(/^Unexpected token/);
    expect(claimsIn('{\n  "role": "admin" "x"}').problem).toMatch(/^Line 2, column 19: Expected/);
    expect(claimsIn('').problem).not.toBe('');
  });

  test('have times that are numbers', () => {
    expect(claimsIn('{"exp": "tomorrow"}').problem).toBe('exp has to be a number of seconds since 1970');
    expect(claimsIn('{"exp": 7}').problem).toBeNull();
  });

  test('are laid out as they are read', () => {
    const claims = { a: { b: ['ü'] } };
    expect(claimsIn(claimsText(claims)).claims).toEqual(claims);
    expect(claimsText(null)).toBe('{}');
  });
});

describe('tokens', () => {
  const part = (value: unknown) =>
    btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value))))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replace(/=+$/, '');
  const token = `${part({ alg: 'HS256' })}.${part({ name: 'Zoë', q: '???>>>' })}.x`;

  test('are read, letters of all kinds included', () => {
    expect(decoded(token)).toEqual({ header: { alg: 'HS256' }, payload: { name: 'Zoë', q: '???>>>' } });
    expect(decoded(` Bearer ${token}\n`)?.payload.name).toBe('Zoë');
  });

  test.each(['', 'x', 'a.b', 'a.b.c', `${part([])}.${part({})}.x`, `${token}.x`])('%j is none', (text) => {
    expect(decoded(text)).toBeNull();
  });

  test('leave what each token gets anew', () => {
    expect(ownClaims({ iss: 'a', iat: 1, exp: 2, sub: 'ann', nbf: 3 })).toEqual({ sub: 'ann', nbf: 3 });
  });

  test('times are told in words', () => {
    expect(claimWords('exp', 7200, 0)).toBe('7200 (in 2 hours)');
    expect(claimWords('iat', 0, 300_000)).toBe('0 (5 minutes ago)');
    expect(claimWords('sub', 'ann', 0)).toBe('ann');
    expect(claimWords('groups', ['a'], 0)).toBe('["a"]');
  });
});

describe('answers side by side', () => {
  const admin = [
    { city: 'Oslo', count: '3' },
    { city: 'Rome', count: '2' },
    { city: null, count: '1' },
  ];
  const clerk = [
    { city: 'Oslo', count: '3' },
    { city: 'Rome', count: '1' },
    { city: 'Bonn', count: '9' },
  ];

  test('rows with the same keys are one', () => {
    const pairs = paired(admin, clerk, ['city'], ['count']);
    expect(pairs.map((pair) => [pair.key[0], pair.verdict, [...pair.differing]])).toEqual([
      ['Oslo', 'same', []],
      ['Rome', 'differs', ['count']],
      [null, 'first', []],
      ['Bonn', 'second', []],
    ]);
    expect(counts(pairs)).toEqual({ same: 1, differs: 1, first: 1, second: 1 });
  });

  test('without keys there is one row', () => {
    const [pair] = paired([{ count: '6' }], [{ count: '4' }], [], ['count']);
    expect([pair?.verdict, pair?.second?.count]).toEqual(['differs', '4']);
  });

  test('equal rows are paired one by one', () => {
    const twice = [{ city: '…' }, { city: '…' }];
    expect(paired(twice, [{ city: '…' }], ['city'], []).map((pair) => pair.verdict)).toEqual([
      'same',
      'first',
    ]);
    expect(paired([{ city: '…' }], twice, ['city'], []).map((pair) => pair.verdict)).toEqual([
      'same',
      'second',
    ]);
  });

  test('lines of one alone', () => {
    expect([...onlyIn(['a', 'b'], ['b', 'c'])]).toEqual(['a']);
  });
});

describe('the matrix', () => {
  const member = (path: string): MatrixMember => ({
    path,
    title: path,
    type: 'measure',
    cells: ['full', null],
  });
  const holders: Matrix['holders'] = [
    { name: 'orders', type: 'cube', members: [member('orders.count'), member('orders.total')] },
    { name: 'sales', type: 'view', members: [member('sales.count')] },
  ];

  test('is lines, one below the other', () => {
    expect(linesOf({ holders }).map(({ holder, member: one }) => one?.path ?? holder.name)).toEqual([
      'orders',
      'orders.count',
      'orders.total',
      'sales',
      'sales.count',
    ]);
  });

  test('says how many there are, and that some are left out', () => {
    expect(countWords({ holders, members: 3, fitting: 3 })).toBe('3 members');
    expect(countWords({ holders, members: 1200, fitting: 3 })).toBe('3 of 1,200 members');
    expect(countWords({ holders, members: 9000, fitting: 7000 })).toBe(
      '7,000 of 9,000 members, the first 3 are shown: search for others',
    );
  });
});
