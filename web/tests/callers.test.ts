// @vitest-environment happy-dom
/** Tokens of callers: minted once for all who need one in the same moment. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Caller } from '../src/api/callers';

const mint = vi.hoisted(() => vi.fn());
vi.mock('../src/api/playground', () => ({ mintToken: mint }));

const { forgetTokens, tokenOf } = await import('../src/api/callers');

const caller = (claims: Caller['claims']): Caller => ({ id: 'a', name: 'A', claims });
let settle: { done: (token: string) => void; fail: (error: Error) => void };

beforeEach(() => {
  mint.mockImplementation(
    () =>
      new Promise((done, fail) => {
        settle = { done, fail };
      }),
  );
});
afterEach(() => mint.mockReset());

/** A token that ends so many seconds from now. */
const token = (seconds: number) =>
  `h.${btoa(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + seconds }))}.s`;

test('those who need a token at once share one, and it is kept', async () => {
  const both = [tokenOf(caller({ n: 1 })), tokenOf(caller({ n: 1 }))];
  expect(mint).toHaveBeenCalledTimes(1);
  const minted = token(3600);
  settle.done(minted);
  expect(await Promise.all(both)).toEqual([minted, minted]);
  expect(await tokenOf(caller({ n: 1 }))).toBe(minted);
  expect(mint).toHaveBeenCalledTimes(1);
  forgetTokens(caller({ n: 1 }));
  void tokenOf(caller({ n: 1 }));
  expect(mint).toHaveBeenCalledTimes(2);
});

test('who no longer waits does not take it from the other', async () => {
  const leaving = new AbortController();
  const left = tokenOf(caller({ n: 2 }), leaving.signal);
  const stays = tokenOf(caller({ n: 2 }));
  leaving.abort();
  settle.done(token(3600));
  await expect(left).rejects.toMatchObject({ name: 'AbortError' });
  await expect(stays).resolves.toContain('h.');
});

test('a failure is not kept, and no other claims share it', async () => {
  const failing = tokenOf(caller({ n: 3 }));
  void tokenOf(caller({ n: 4 }));
  expect(mint).toHaveBeenCalledTimes(2);
  settle.done(token(3600));
  forgetTokens(caller({ n: 4 }));
  mint.mockRejectedValueOnce(new Error('no'));
  await expect(tokenOf(caller({ n: 5 }))).rejects.toThrow('no');
  const again = tokenOf(caller({ n: 5 }));
  settle.done(token(3600));
  await expect(again).resolves.toContain('h.');
  void failing;
});
