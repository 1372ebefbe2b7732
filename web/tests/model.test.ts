// @vitest-environment happy-dom
/** What the Model page does without a server: drafts, searching, diffs, places, the layout of the join graph. */

import { describe, expect, test } from 'vitest';
import type { DbTable, Finding, JoinEdge, ModelFile, ModelHolder } from '../src/api/model';
import { buildPath, filePath, sectionOf } from '../src/model/address';
import { broughtBy } from '../src/model/DeleteFile';
import { diffLines } from '../src/model/diff';
import { type Drafts, isDirty, stepped, toSave } from '../src/model/draft';
import { explanation } from '../src/model/explanation';
import { found } from '../src/model/find';
import { keep, keptDrafts } from '../src/model/kept';
import { joinsOn, linesOf, MOST, partAround, placed, WIDTH } from '../src/model/layout';
import { faultOf } from '../src/model/NewFile';
import { bySchema, keyOf, pathsOf, pickedAtFirst } from '../src/model/picked';
import { columnAt, offsetAt } from '../src/model/places';
import { searched } from '../src/model/search';
import { formatWords } from '../src/model/words';

function file(content: string, base: string | null = content): ModelFile {
  return { fileName: 'orders.yml', content, absPath: '/model/orders.yml', kind: 'yaml', base, whyNot: null };
}

describe('drafts', () => {
  const opened = stepped({}, { do: 'see', file: file('a') });
  const typed = stepped(opened, { do: 'type', name: 'orders.yml', text: 'ab' });
  const of = (drafts: Drafts) => drafts['orders.yml'] ?? expect.fail('there is no draft');

  test('what is typed is not saved', () => {
    expect(isDirty(of(opened))).toBe(false);
    expect(isDirty(of(typed))).toBe(true);
    expect(isDirty(of(stepped(typed, { do: 'discard', name: 'orders.yml' })))).toBe(false);
  });

  test('a file that changes on the disk is taken over where nothing was typed', () => {
    const next = of(stepped(opened, { do: 'see', file: file('b') }));
    expect([next.typed, next.theirs, isDirty(next)]).toEqual(['b', null, false]);
    // The editor is told.
    expect(next.given).toBeGreaterThan(of(opened).given);
  });

  test('where something was typed, both are shown, and neither is lost', () => {
    const next = of(stepped(typed, { do: 'see', file: file('b') }));
    expect([next.typed, next.theirs, next.file.base]).toEqual(['ab', 'b', 'b']);
    const saved = of(
      stepped(stepped(typed, { do: 'see', file: file('b') }), { do: 'saved', file: file('ab') }),
    );
    expect([saved.theirs, isDirty(saved)]).toEqual([null, false]);
  });

  test('what is discarded is given to the editor, and a new file is gone', () => {
    const next = of(stepped(typed, { do: 'discard', name: 'orders.yml' }));
    expect([next.typed, next.given > of(typed).given]).toEqual(['a', true]);
    const begun = stepped({}, { do: 'see', file: file('x', null) });
    expect(stepped(begun, { do: 'discard', name: 'orders.yml' })).toEqual({});
  });

  test('a file that is renamed takes along what is typed in it', () => {
    const to = { ...file('a', 'b2'), fileName: 'sales.yml' };
    const next = stepped(typed, { do: 'renamed', name: 'orders.yml', file: to });
    expect(Object.keys(next)).toEqual(['sales.yml']);
    expect([next['sales.yml']?.typed, next['sales.yml']?.file.base]).toEqual(['ab', 'b2']);
  });

  test('of a file that somebody deleted what was typed stays, to be written anew', () => {
    const next = of(stepped(typed, { do: 'vanished', name: 'orders.yml' }));
    expect([next.typed, next.file.base, next.isGone]).toEqual(['ab', null, true]);
    expect(stepped(opened, { do: 'vanished', name: 'orders.yml' })).toEqual({});
  });

  test('an earlier text is looked at beside what is there, and not saved yet', () => {
    const next = of(stepped(opened, { do: 'earlier', file: file('a'), text: 'old\r\n' }));
    expect([next.typed, next.theirs, isDirty(next)]).toEqual(['old\n', 'a', true]);
    const gone = of(stepped({}, { do: 'earlier', file: file('', null), text: 'old' }));
    expect([gone.typed, gone.theirs, isDirty(gone)]).toEqual(['old', null, true]);
  });

  test('a text that is laid out takes the place only of what was sent', () => {
    const next = stepped(typed, { do: 'replace', name: 'orders.yml', before: 'ab', text: 'a b' });
    expect([of(next).typed, of(next).given > of(typed).given]).toEqual(['a b', true]);
    expect(stepped(typed, { do: 'replace', name: 'orders.yml', before: 'a', text: 'a b' })).toBe(typed);
  });

  test('what is typed outlives the page', () => {
    expect(keep(typed, sessionStorage)).toBe(true);
    const again = keptDrafts(sessionStorage);
    expect([of(again).typed, of(again).isKept]).toEqual(['ab', true]);
    // If the file is another one meanwhile, both are shown.
    const seen = of(stepped(again, { do: 'see', file: file('theirs') }));
    expect([seen.typed, seen.theirs]).toEqual(['ab', 'theirs']);
    keep(opened, sessionStorage);
    expect(keptDrafts(sessionStorage)).toEqual({});
    sessionStorage.setItem('kubus-drafts', '{');
    expect(keptDrafts(sessionStorage)).toEqual({});
  });

  test('of a new file that another window made first both texts are shown, and the next saving is of that', () => {
    const begun = stepped({}, { do: 'see', file: file('mine', null) });
    const next = of(stepped(begun, { do: 'see', file: file('theirs', 'b1') }));
    expect([next.typed, next.theirs, next.file.base]).toEqual(['mine', 'theirs', 'b1']);
  });

  test('the same file seen again changes nothing', () => {
    expect(stepped(typed, { do: 'see', file: file('a') })).toBe(typed);
  });

  test('what is typed while it is saved stays unsaved', () => {
    const more = stepped(typed, { do: 'type', name: 'orders.yml', text: 'abc' });
    const saved = of(stepped(more, { do: 'saved', file: file('ab') }));
    expect([saved.typed, isDirty(saved)]).toEqual(['abc', true]);
  });

  test('line ends of Windows stay', () => {
    const windows = stepped({}, { do: 'see', file: file('a\r\nb\r\n') });
    expect(isDirty(of(windows))).toBe(false);
    expect(toSave(of(stepped(windows, { do: 'type', name: 'orders.yml', text: 'a\nc\n' })))).toBe(
      'a\r\nc\r\n',
    );
  });

  test('a file that cannot be read is not one that is new', () => {
    const unread = { ...file('', null), whyNot: 'orders.yml is not written in UTF-8' };
    const next = stepped({}, { do: 'see', file: unread });
    expect(isDirty(of(next))).toBe(false);
    // Once it can be, it is shown.
    expect(of(stepped(next, { do: 'see', file: file('a') })).typed).toBe('a');
  });

  test('a new file is unsaved from the start', () => {
    expect(isDirty(of(stepped({}, { do: 'see', file: file('', null) })))).toBe(true);
  });
});

test('diffs line by line', () => {
  const diff =
    '--- model/a.yml\n+++ model/a.yml\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+-- three\n@@ -9 +10 @@\n nine\n';
  expect(diffLines(diff)).toEqual([
    { kind: 'same', text: 'one', number: 1 },
    { kind: 'removed', text: 'two', number: null },
    { kind: 'added', text: '2', number: 2 },
    { kind: 'added', text: '-- three', number: 3 },
    { kind: 'gap', text: '', number: null },
    { kind: 'same', text: 'nine', number: 10 },
  ]);
});

test('columns count characters, places units of UTF-16', () => {
  const line = 'a: "😀b"';
  expect(columnAt(line, line.indexOf('b'))).toBe(6);
  expect(offsetAt(line, 6)).toBe(line.indexOf('b'));
});

test('addresses lead to a section, a line, a query', () => {
  expect(['/model', '/model/graph', '/model/files', '/model/what'].map(sectionOf)).toEqual([
    'browse',
    'graph',
    'files',
    'browse',
  ]);
  expect(filePath('a b/c.yml', 3)).toBe('/model/files?file=a%20b%2Fc.yml&line=3');
  const query = { measures: ['orders.count'] };
  const found = new URL(buildPath(query, 'line'), 'http://localhost').searchParams;
  expect([JSON.parse(found.get('query') ?? ''), found.get('chart')]).toEqual([query, 'line']);
});

function holder(name: string, measures: readonly string[]): ModelHolder {
  const members = measures.map((one) => ({ name: `${name}.${one}`, title: one, shortTitle: one, sql: null }));
  const nothing = { dimensions: [], segments: [], hierarchies: [], nestedFolders: [] };
  return { name, type: 'cube', title: name, public: true, policies: 0, measures: members, ...nothing };
}

test('search finds cubes by their names, and members in others', () => {
  const holders = [holder('orders', ['count', 'total']), holder('users', ['order_count'])];
  const names = (text: string) =>
    searched(holders, text).map(({ holder: one, members }) => [
      one.name,
      members.map(({ member }) => member.shortTitle),
    ]);
  expect(names('')).toEqual([
    ['orders', []],
    ['users', []],
  ]);
  expect(names('order')).toEqual([
    ['orders', []],
    ['users', ['order_count']],
  ]);
  expect(names('TOTAL')).toEqual([['orders', ['total']]]);
  expect(names('nothing')).toEqual([]);
});

function table(schema: string, name: string, cube: string | null = null): DbTable {
  const column = { name: `${name}_id`, type: 'int', kind: 'number' as const, comment: null, isKey: true };
  return { schema, name, comment: null, cube, leadsTo: [], columns: [column] };
}

describe('picking tables', () => {
  const tables = [table('crm', 'a.b'), table('main', 'orders'), table('main', 'users')];

  test('by schema, the current one first, found by table and column', () => {
    expect(bySchema(tables, 'main', '').map(([schema]) => schema)).toEqual(['main', 'crm']);
    expect(bySchema(tables, 'main', 'users_id').map(([, found]) => found.map((one) => one.name))).toEqual([
      ['users'],
    ]);
  });

  test('for an empty model those of the current schema are picked, if they are few', () => {
    expect(pathsOf(pickedAtFirst(tables, 'main'))).toEqual([
      ['main', 'orders'],
      ['main', 'users'],
    ]);
    expect(pickedAtFirst([...tables, table('main', 'x', 'x')], 'main').size).toBe(0);
    const many = Array.from({ length: 30 }, (_, number) => table('main', `t${number}`));
    expect(pickedAtFirst(many, 'main').size).toBe(0);
    expect(keyOf({ schema: 'a', name: 'b.c' })).not.toBe(keyOf({ schema: 'a.b', name: 'c' }));
  });
});

test('cubes stand in the direction of their joins, and none upon another', () => {
  const node = (name: string) => ({
    ...{ name, title: name, public: true, dataSource: 'default', measures: 1, dimensions: 1, hasKey: true },
    ...{ fileName: 'a.yml', line: 1 },
  });
  const join = (source: string, target: string): JoinEdge => ({
    ...{ source, target, relationship: 'many_to_one', sql: '', fileName: 'a.yml', line: 1 },
  });
  const cubes = ['lines', 'orders', 'users', 'alone'].map(node);
  // A circle is drawn too.
  const joins = [join('lines', 'orders'), join('orders', 'users'), join('users', 'lines')];
  const places = placed({ cubes, joins }, 'LR');
  const x = (name: string) => places.get(name)?.x ?? Number.NaN;
  expect(x('orders')).toBeGreaterThan(x('lines') + WIDTH);
  expect(x('users')).toBeGreaterThan(x('orders') + WIDTH);
  expect(new Set([...places.values()].map(({ x, y }) => `${x} ${y}`)).size).toBe(4);
  expect(joinsOn([['lines'], ['lines', 'orders', 'users']])).toEqual(
    new Set(['lines>orders', 'orders>users']),
  );
});

test('of a large graph the part around a cube is drawn, and of a small one all', () => {
  const node = (name: string) => ({
    ...{ name, title: name, public: true, dataSource: 'default', measures: 1, dimensions: 1, hasKey: true },
    ...{ fileName: 'a.yml', line: 1 },
  });
  const cubes = Array.from({ length: 1000 }, (_, number) => node(`c${number}`));
  const joins = cubes.slice(1).map(
    (cube, number): JoinEdge => ({
      ...{ source: cube.name, target: `c${number >> 1}`, relationship: 'many_to_one', sql: '' },
      ...{ fileName: 'a.yml', line: 1 },
    }),
  );
  const graph = { version: '1', cubes, joins, views: [] };
  const { graph: part, left } = partAround(graph, ['c700']);
  const names = part.cubes.map((cube) => cube.name);
  expect([part.cubes.length, left]).toEqual([MOST, 1000 - MOST]);
  // Itself, and whom it joins.
  expect(names).toContain('c700');
  expect(names).toContain('c349');
  expect(part.joins.every((join) => names.includes(join.source) && names.includes(join.target))).toBe(true);
  expect(part.joins.length).toBe(MOST - 1);
  expect(partAround(graph, []).graph.cubes.length).toBe(MOST);
  expect(partAround({ ...graph, cubes: cubes.slice(0, 10) }, []).left).toBe(0);
  // What a view reads is there whatever it is.
  const far = ['c1', 'c998', 'c999'];
  expect(partAround(graph, far).graph.cubes.map((cube) => cube.name)).toEqual(expect.arrayContaining(far));
});

test('files are found by name, and by what is in their lines', () => {
  const files = [
    { fileName: 'cubes/orders.yml', content: 'cubes:\n  - name: Orders\n    sql_table: orders\n' },
    { fileName: 'cubes/users.yml', content: 'cubes:\n  - name: users\n' },
  ];
  expect(found(files, ' ').map((one) => one.fileName)).toEqual(['cubes/orders.yml', 'cubes/users.yml']);
  expect(found(files, 'ORDERS')).toEqual([
    {
      fileName: 'cubes/orders.yml',
      hits: [
        { line: 2, column: 11, text: '- name: Orders' },
        { line: 3, column: 16, text: 'sql_table: orders' },
      ],
    },
  ]);
  expect(found(files, 'users.yml')).toEqual([{ fileName: 'cubes/users.yml', hits: [] }]);
  expect(found(files, 'nothing')).toEqual([]);
  const many = [{ fileName: 'a.yml', content: 'x\n'.repeat(5000) }, ...files];
  expect(found(many, 'x')[0]?.hits.length).toBe(500);
});

test('a deletion is told what it breaks, and not what is broken already', () => {
  const finding = (fileName: string, message: string, level: Finding['level'] = 'error'): Finding => ({
    ...{ level, fileName, message, line: 1, column: 1, hint: null, rule: null, cube: null, excerpt: null },
  });
  const before = [finding('a.yml', 'old')];
  const after = [finding('a.yml', 'old'), finding('b.yml', 'new'), finding('b.yml', 'lint', 'warning')];
  expect(broughtBy(after, before).map((one) => one.message)).toEqual(['new']);
});

test('explanations are text, bold words and code, and never markup', () => {
  const found = explanation(
    '**orders.total**: measure\n\n<img src=x onerror=alert(1)>\n\n```sql\na\n\nb\n```',
  );
  expect(found.querySelector('strong')?.textContent).toBe('orders.total');
  expect(found.querySelector('img')).toBeNull();
  expect(found.querySelector('pre')?.textContent).toBe('a\n\nb');
});

test('names of new files', () => {
  expect(faultOf('cubes/a.yml', [])).toBeNull();
  for (const name of ['a', 'cubes/', '../a.yml', '/a.yml', '.a.yml', 'a//b.yml'])
    expect(faultOf(name, [])).not.toBeNull();
  expect(faultOf('a.yml', ['a.yml'])).toMatch('already');
});

test('formats in words', () => {
  const member = { name: 'a.b', title: '', shortTitle: '', sql: null };
  expect(formatWords(member)).toBe('');
  expect(formatWords({ ...member, format: 'currency', currency: 'EUR' })).toBe('currency, EUR');
  expect(
    formatWords({ ...member, format: { type: 'custom-numeric', value: '.2%', alias: 'percent_2' } }),
  ).toBe('percent_2');
});

test('joins that lead to and fro are one line, from the many to the one', () => {
  const join = (source: string, target: string, relationship: JoinEdge['relationship']): JoinEdge => ({
    ...{ source, target, relationship, sql: '', fileName: 'a.yml', line: 1 },
  });
  const found = linesOf([
    join('orders', 'lines', 'one_to_many'),
    join('lines', 'orders', 'many_to_one'),
    join('orders', 'users', 'many_to_one'),
  ]);
  expect(found.map(({ join: one, back }) => [one.source, one.target, back !== null])).toEqual([
    ['lines', 'orders', true],
    ['orders', 'users', false],
  ]);
});
