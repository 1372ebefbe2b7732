import { expect, it } from 'vitest';
import { NO_FILTERS } from './filters';
import { hashOf, routeOf, type Route } from './route';

it('a route survives the address', () => {
  const routes: Route[] = [
    { page: 'dashboard', id: 'overview', filters: NO_FILTERS },
    { page: 'dashboard', id: 'a b/ü', filters: { period: '90d', values: { status: 'completed' } } },
    { page: 'explore', question: '{"measures":["Orders.count"]}' },
    { page: 'explore', question: '' },
  ];
  for (const route of routes) expect(routeOf(hashOf(route))).toEqual(route);
  expect(hashOf(routes[0]!)).toBe('#/');
});
