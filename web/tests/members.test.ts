import type { Cube } from '@cubejs-client/core';
import { expect, test } from 'vitest';
import { found, type Holder, type Member, membersOf } from '../src/explore/members';
import { firstOf, type Place, placesFound, placesOf, sorted } from '../src/explore/places';

function holder(name: string, ...titles: string[]): Holder {
  const members: Member[] = [];
  const made: Holder = {
    id: name,
    name,
    title: name,
    description: undefined,
    isView: false,
    members,
    folders: [],
    hierarchies: [],
    within: new Map(),
  };
  for (const title of titles) {
    const id = `${name}.${title.replaceAll(' ', '')}`;
    members.push({
      id,
      name: id,
      title: `${name} ${title}`,
      shortTitle: title,
      description: undefined,
      kind: 'measure',
      type: 'number',
      aggType: 'count',
      granularities: [],
      isPublic: true,
      holder: made,
    });
  }
  return made;
}

const HOLDERS = [
  holder('Lines', 'Count', 'Orders Count of all'),
  holder('Orders', 'Count', 'Account', 'Total'),
];
const names = (search: string) =>
  found(HOLDERS, search).flatMap(({ members }) => members.map((member) => member.name));

test('nothing searched for is everything', () => {
  expect(found(HOLDERS, '  ')).toBe(HOLDERS);
});

test('the closest comes first, and with it its cube', () => {
  expect(names('orders count')).toEqual(['Orders.Count', 'Orders.Account', 'Lines.OrdersCountofall']);
});

test('words may stand anywhere, in any order', () => {
  expect(names('TOT ord')).toEqual(['Orders.Total']);
  expect(names('nothing')).toEqual([]);
});

const named = (name: string) => ({
  name: `Atlas.${name}`,
  title: `Atlas ${name}`,
  shortTitle: name,
  type: 'string',
});
const ATLAS = {
  name: 'Atlas',
  title: 'Atlas',
  type: 'view',
  measures: [named('people'), named('count')],
  dimensions: [named('continent'), named('country'), named('city')],
  segments: [],
  folders: [],
  nestedFolders: [
    {
      name: 'Geography',
      members: ['Atlas.continent', { name: 'Near', members: ['Atlas.city', 'Atlas.hidden'] }, 'Atlas.ways'],
    },
  ],
  hierarchies: [
    { name: 'Atlas.place', title: 'Where', levels: ['Atlas.continent', 'Atlas.country'] },
    { name: 'Atlas.ways', levels: ['Atlas.country', 'Atlas.city'] },
  ],
} as unknown as Cube;

/** A tree as nested lists of words. */
const drawn = (places: readonly Place[]): unknown[] =>
  places.map((place) => {
    if (place.kind === 'more') return place.count;
    return place.kind === 'member'
      ? place.member.shortTitle
      : [`${place.kind} ${place.title}`, ...drawn(place.children)];
  });

test('folders are as the model nests them, then what is in none, then hierarchies with their levels', () => {
  expect(drawn(placesOf(membersOf([ATLAS]).holders))).toEqual([
    [
      'view Atlas',
      ['folder Geography', 'continent', ['folder Near', 'city'], ['hierarchy ways', 'country', 'city']],
      'people',
      'count',
      'country',
      ['hierarchy Where', 'continent', 'country'],
    ],
  ]);
});

test('every place has an id of its own, and leads to its member', () => {
  const { members, groups } = sorted(placesOf(membersOf([ATLAS]).holders));
  expect([...members.values()].map((member) => member.shortTitle)).toEqual([
    'continent',
    'city',
    'country',
    'city',
    'people',
    'count',
    'country',
    'continent',
    'country',
  ]);
  expect(new Set([...groups, ...members.keys()]).size).toBe(groups.length + members.size);
});

test('a search goes through folders and hierarchies, and says where a member is', () => {
  const { holders } = membersOf([ATLAS]);
  const searched = (search: string) =>
    placesFound(found(holders, search), 100).flatMap(({ children }) =>
      children.map((place) => (place.kind === 'member' ? [place.member.shortTitle, place.where] : [])),
    );
  expect(searched('near')).toEqual([['city', 'Geography']]);
  expect(searched('where country')).toEqual([['country', 'Where']]);
  expect(searched('people')).toEqual([['people', '']]);
});

test('twenty thousand members are placed and searched in no time', () => {
  const many = Array.from({ length: 20_000 }, (_, n) => named(`member ${n}`));
  const { holders } = membersOf([{ ...ATLAS, dimensions: many } as unknown as Cube]);
  const started = performance.now();
  sorted(placesOf(holders));
  expect(found(holders, '1999').flatMap(({ members }) => members)).toHaveLength(12);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('the rest of a long list is one line, and a search has an end', () => {
  const [atlas] = placesOf(membersOf([ATLAS]).holders);
  expect(drawn(firstOf(atlas?.children ?? [], 2, 'Atlas')).slice(1)).toEqual(['people', 3]);
  expect(firstOf(atlas?.children ?? [], 5, 'Atlas')).toBe(atlas?.children);
  const { holders } = membersOf([ATLAS, { ...ATLAS, name: 'Other' }]);
  expect(placesFound(holders, 7).map(({ children }) => children.length)).toEqual([5, 2]);
  expect(placesFound(holders, 5)).toHaveLength(1);
});
