import { expect, test } from 'vitest';
import { found, type Holder, type Member } from '../src/explore/members';

function holder(name: string, ...titles: string[]): Holder {
  const members: Member[] = [];
  const made: Holder = { id: name, name, title: name, description: undefined, isView: false, members };
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
