import { Meta } from '@cubejs-client/core';
import { expect, it } from 'vitest';
import { isAnswerable, membersOf, OVERVIEW_TILES } from './tile';

it('a query names the members that it shows and tests', () => {
  const query = {
    measures: ['A.n'], dimensions: ['A.d'], segments: ['A.s'],
    filters: [{ member: 'B.f', operator: 'set' as const }], timeDimensions: [{ dimension: 'A.t' }],
  };
  expect(membersOf(query)).toEqual(['A.n', 'A.d', 'A.s', 'B.f', 'A.t']);
});

it('a tile is for those who see all of its members', () => {
  const member = (name: string) => ({ name, title: name, shortTitle: name, type: 'number' });
  const cube = { name: 'Orders', title: 'Orders', measures: [member('Orders.count')], dimensions: [], segments: [] };
  const meta = new Meta({ cubes: [cube] } as unknown as ConstructorParameters<typeof Meta>[0]);
  const seen = OVERVIEW_TILES.filter((tile) => isAnswerable(tile.query, meta));
  expect(seen.map((tile) => tile.id)).toEqual(['orders']);
});
