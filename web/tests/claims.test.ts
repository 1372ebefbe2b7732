/** What is offered where in claims, and where the first fault of a text is. */

import { describe, expect, test } from 'vitest';
import { claimsIn } from '../src/access/claims';
import { firstFault, offered } from '../src/access/completion';
import type { ClaimsRead } from '../src/api/access';

const KNOWN: ClaimsRead = {
  claims: [
    { path: ['city'], readBy: ['rows of orders'] },
    { path: ['groups'], readBy: ['KUBUS_GROUPS_CLAIM'] },
    { path: ['org', 'id'], readBy: ['the tenant'] },
    { path: ['org', 'plan'], readBy: ['SQL of the data model', 'the tenant'] },
  ],
  groups: ['clerk', 'manager'],
  groupsClaim: ['groups'],
};

/** What is offered where `|` stands, and the text once the first of it was taken. */
function at(marked: string) {
  const place = marked.indexOf('|');
  const text = marked.replace('|', '');
  const found = offered(KNOWN, text, place);
  if (found === null) return null;
  const [first] = found.options;
  return {
    labels: found.options.map((one) => one.label),
    taken: text.slice(0, found.from) + first?.apply + text.slice(found.to),
  };
}

describe('completion of claims', () => {
  test('names what the project reads, once each', () => {
    expect(at('{|}')).toEqual({ labels: ['city', 'groups', 'org'], taken: '{"city": }' });
    expect(at('{"city": "Oslo", |}')?.labels).toEqual(['groups', 'org']);
    expect(at('{"city": "Oslo", o|}')?.labels).toEqual(['groups', 'org']);
    expect(at('{"city": "Oslo", "or|}')?.labels).toEqual(['org']);
    expect(at('{"city": "Oslo", "gr|"}')?.taken).toBe('{"city": "Oslo", "groups": }');
    expect(at('{"city": "Oslo", "gr|": []}')?.taken).toBe('{"city": "Oslo", "groups": []}');
  });

  test('inside of objects, what is below them', () => {
    expect(at('{"org": {|}}')?.labels).toEqual(['id', 'plan']);
    expect(at('{"org": {"id": 1, |}}')?.labels).toEqual(['plan']);
    expect(at('{"other": {|}}')).toBeNull();
    expect(offered(KNOWN, '{}', 1)?.options[2]).toEqual({
      label: 'org',
      detail: 'the tenant, SQL of the data model',
      apply: '"org": {',
    });
  });

  test('groups where they belong, and nowhere else', () => {
    expect(at('{"groups": [|]}')).toEqual({ labels: ['clerk', 'manager'], taken: '{"groups": ["clerk"]}' });
    expect(at('{"groups": ["clerk", "|"]}')).toEqual({
      labels: ['manager'],
      taken: '{"groups": ["clerk", "manager"]}',
    });
    expect(at('{"groups": |}')?.taken).toBe('{"groups": "clerk"}');
    expect(at('{"city": |}')).toBeNull();
    expect(at('{"city": "|"}')).toBeNull();
    expect(at('{"groups": ["clerk"] |}')).toBeNull();
    expect(at('|')).toBeNull();
  });
});

test('the first fault of a text', () => {
  expect(firstFault('{"role": admin}')).toBe(9);
  expect(firstFault('{"role": "x"')).toBe(12);
  expect(claimsIn('{\n  "role": "admin" "x"}')).toMatchObject({ at: 20 });
  expect(claimsIn('{"a": 1, "exp": "soon"}')).toMatchObject({ at: 9 });
  expect(claimsIn('[]')).toMatchObject({ at: 0 });
});
