import { expect, test } from 'vitest';
import { resultOf } from '../src/explore/result';
import { cellActions } from '../src/explore/table/cellActions';
import { moved } from '../src/explore/table/moving';
import { meaningOf } from '../src/explore/table/tableModel';
import type { Answered } from '../src/explore/useAnswer';
import { pivot } from '../src/query/pivot';
import type { Query } from '../src/query/query';

const QUERY: Query = {
  measures: ['o.n'],
  dimensions: ['o.s'],
  timeDimensions: [{ dimension: 'o.at', granularity: 'month' }],
  timezone: 'Europe/Berlin',
};
const AXES = { x: ['o.at.month', 'o.s'], y: ['measures'] };
const FEBRUARY = '2024-02-01T00:00:00.000';

function laidOut(query: Query = QUERY, drillMembers = ['o.number']) {
  const answered = {
    asked: { query },
    answer: {
      results: [
        {
          query: { ...query, filters: [] },
          data: [
            { 'o.at.month': FEBRUARY, 'o.s': 'new', 'o.n': '3' },
            { 'o.at.month': FEBRUARY, 'o.s': null, 'o.n': '1' },
          ],
          annotation: {
            measures: {
              'o.n': {
                title: 'O n',
                shortTitle: 'n',
                type: 'number',
                drillMembers,
                drillMembersGrouped: { measures: [], dimensions: drillMembers },
              },
            },
            dimensions: { 'o.s': { title: 'O s', shortTitle: 's', type: 'string' } },
            segments: {},
            timeDimensions: {
              'o.at.month': { title: 'O at', shortTitle: 'at', type: 'time', granularity: { name: 'month' } },
            },
          },
        },
      ],
    },
  } as unknown as Answered;
  const result = resultOf(answered);
  const grid = pivot(result.rows, { axes: AXES, measures: ['o.n'], times: [] });
  const actions = (row: number, column: number) =>
    cellActions(meaningOf(grid, row, column), {
      answered,
      result,
      axes: AXES,
      isMeasure: (member) => member === 'o.n',
    });
  return { grid, actions };
}

test('a value of a dimension is kept or left out, also where there is none', () => {
  const { actions } = laidOut();
  expect(actions(0, 1).map(({ label, action }) => [label, action])).toEqual([
    [
      'Only new',
      { type: 'addFilter', path: [], filter: { member: 'o.s', operator: 'equals', values: ['new'] } },
    ],
    [
      'Without new',
      { type: 'addFilter', path: [], filter: { member: 'o.s', operator: 'notEquals', values: ['new'] } },
    ],
  ]);
  expect(actions(1, 1).map(({ action }) => 'filter' in action && action.filter)).toEqual([
    { member: 'o.s', operator: 'notSet' },
    { member: 'o.s', operator: 'set' },
  ]);
});

test('a period becomes the range, to its last day', () => {
  expect(
    laidOut()
      .actions(0, 0)
      .map(({ label, action }) => [label, action]),
  ).toEqual([
    [
      'Only Feb 2024',
      {
        type: 'setTime',
        time: { dimension: 'o.at', granularity: 'month', dateRange: ['2024-02-01', '2024-02-29'] },
      },
    ],
  ]);
});

test('the rows behind a measure are those of its group and its period', () => {
  const [behind] = laidOut().actions(1, 2);
  expect(behind?.action).toEqual({
    type: 'setQuery',
    query: {
      dimensions: ['o.number'],
      filters: [
        { member: 'o.n', operator: 'measureFilter' },
        { member: 'o.s', operator: 'notSet' },
      ],
      timeDimensions: [{ dimension: 'o.at', dateRange: ['2024-02-01', '2024-02-29'] }],
      timezone: 'Europe/Berlin',
    },
  });
});

test('a measure without drill members, and ranges that are compared, have no rows to show', () => {
  expect(laidOut(QUERY, []).actions(0, 2)).toEqual([]);
  const compared = {
    ...QUERY,
    timeDimensions: [{ dimension: 'o.at', granularity: 'month', compareDateRange: ['today'] }],
  };
  expect(laidOut(compared).actions(0, 2)).toEqual([]);
  expect(laidOut(compared).actions(0, 0)).toEqual([]);
});

test('keys lead from cell to cell, and stay within the table', () => {
  const size = { rows: 30, columns: 4 };
  const press = (key: string, from: [number, number] | null, isFar = false) => {
    const spot = moved(from && { row: from[0], column: from[1] }, { key, isFar }, size);
    return spot && [spot.row, spot.column];
  };
  expect(press('ArrowDown', null)).toEqual([0, 0]);
  expect(press('ArrowDown', [0, 0])).toEqual([1, 0]);
  expect(press('ArrowUp', [0, 2])).toEqual([0, 2]);
  expect(press('ArrowRight', [3, 3])).toEqual([3, 3]);
  expect(press('PageDown', [25, 1])).toEqual([29, 1]);
  expect(press('End', [5, 1])).toEqual([5, 3]);
  expect(press('Home', [5, 1], true)).toEqual([0, 0]);
  expect(press('End', [5, 1], true)).toEqual([29, 3]);
  expect(press('Tab', [5, 1])).toBeUndefined();
});

test('the rows behind are within the range that was asked for, and keep the ranges of other times', () => {
  const ranged = {
    ...QUERY,
    timeDimensions: [
      { dimension: 'o.done', dateRange: ['2024-01-01T00:00:00.000', '2024-12-31T23:59:59.999'] },
      {
        dimension: 'o.at',
        granularity: 'month',
        dateRange: ['2024-02-10T00:00:00.000', '2024-03-31T23:59:59.999'],
      },
    ],
  };
  const [behind] = laidOut(ranged).actions(0, 2);
  expect(behind?.action).toMatchObject({
    query: {
      timeDimensions: [
        { dimension: 'o.done', dateRange: ['2024-01-01T00:00:00.000', '2024-12-31T23:59:59.999'] },
        { dimension: 'o.at', dateRange: ['2024-02-10', '2024-02-29'] },
      ],
    },
  });
});

test('where a filter on a measure chose the groups, their rows are not asked for', () => {
  const chosen: Query = { ...QUERY, filters: [{ or: [{ member: 'o.n', operator: 'gt', values: ['1'] }] }] };
  expect(laidOut(chosen).actions(0, 2)).toEqual([]);
});
