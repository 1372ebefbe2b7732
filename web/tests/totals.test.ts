/** What a table calls its totals: those of a part of the rows are of all of them, and say so. */

import { expect, test } from 'vitest';
import { isCut, resultOf } from '../src/explore/result';
import { tableModel } from '../src/explore/table/tableModel';
import type { Answered } from '../src/explore/useAnswer';
import { pivot } from '../src/query/pivot';

/** Two rows of a query whose limit, its own or the server's, is this. */
function answered(rowLimit: number): Answered {
  const measures = { 'o.n': { title: 'N', shortTitle: 'N', type: 'number' } };
  const dimensions = {
    'o.s': { title: 'S', shortTitle: 'S', type: 'string' },
    'o.c': { title: 'C', shortTitle: 'C', type: 'string' },
  };
  const data = [
    { 'o.s': 'a', 'o.c': 'x', 'o.n': '1' },
    { 'o.s': 'b', 'o.c': 'x', 'o.n': '2' },
  ];
  const annotation = { measures, dimensions, segments: {}, timeDimensions: {} };
  return {
    asked: {
      query: { measures: ['o.n'], dimensions: ['o.s', 'o.c'] },
      apiUrl: '/v1',
      caller: { id: 'a', name: 'A', claims: {} },
      modelVersion: null,
    },
    answer: { results: [{ query: { rowLimit }, data, annotation }], phases: [], ms: 1 },
  } as unknown as Answered;
}

test.each([
  [2, 'Total of all rows'],
  [3, 'Total'],
])('of two rows with a limit of %d: %s', (limit, words) => {
  const one = answered(limit);
  const result = resultOf(one);
  const isPart = one.answer.results.some(isCut);
  const totals = { grand: [{ 'o.n': '9' }], rows: new Map(), columns: new Map() };
  const listed = pivot(result.rows, {
    axes: { x: ['o.s', 'o.c'], y: ['measures'] },
    measures: ['o.n'],
    times: [],
  });
  const flat = tableModel(listed, result, totals, isPart);
  expect(flat.columns.map((column) => column.totals[0]?.text)).toEqual([words, '', '9']);
  const crossed = pivot(result.rows, {
    axes: { x: ['o.s'], y: ['o.c', 'measures'] },
    measures: ['o.n'],
    times: [],
  });
  const rows = new Map([['["a"]', { 'o.n': '9' }]]);
  const beside = tableModel(crossed, result, { ...totals, rows }, isPart);
  expect(beside.columns.at(-1)?.head[0]).toBe(words);
});
