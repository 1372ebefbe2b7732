/** What can be done with a cell of the table: its value kept or left out, or the rows behind it asked for. */

import { filteredMembers } from '../../query/filterTree';
import type { Cell } from '../../query/pivot';
import {
  type Axes,
  comparedTime,
  type Filter,
  type Query,
  type TimeDimension,
  timeKey,
} from '../../query/query';
import { periodFrom, type Span, shortest } from '../../query/ranges';
import type { Action } from '../../query/reduce';
import type { Result } from '../result';
import type { Answered } from '../useAnswer';
import type { CellMeaning } from './tableModel';

export interface CellAction {
  id: 'only' | 'without' | 'behind';
  label: string;
  action: Action;
}

export interface Laid {
  answered: Answered;
  result: Result;
  axes: Axes;
  isMeasure: (member: string) => boolean;
}

export function cellActions(cell: CellMeaning | null, laid: Laid): readonly CellAction[] {
  if (cell === null) return [];
  return cell.kind === 'measure' ? behind(cell, laid) : narrowing(cell, laid);
}

function narrowing({ key, value }: CellMeaning & { kind: 'key' }, { answered, result }: Laid): CellAction[] {
  const { query } = answered.asked;
  const column = result.columns.get(key);
  const words = column?.write(value) ?? String(value);
  const time = (query.timeDimensions ?? []).find((one) => timeKey(one) === key);
  if (time !== undefined) {
    // A range that is compared would no longer be the one that was chosen.
    if (comparedTime(query) !== undefined || typeof value !== 'string' || !time.granularity) return [];
    const period = periodFrom(value, time.granularity);
    if (period === null) return [];
    const only: Action = { type: 'setTime', time: { ...time, dateRange: shortest(period) } };
    return [{ id: 'only', label: `Only ${words}`, action: only }];
  }
  // Of a time that is not grouped each value is a moment, which hardly any other row has.
  if (column?.kind !== 'dimension' || column.type === 'time' || !(query.dimensions ?? []).includes(key))
    return [];
  const filtered = (filter: Filter): Action => ({ type: 'addFilter', path: [], filter });
  const values = [String(value)];
  return [
    {
      id: 'only',
      label: `Only ${words}`,
      action: filtered(
        value === null ? { member: key, operator: 'notSet' } : { member: key, operator: 'equals', values },
      ),
    },
    {
      id: 'without',
      label: `Without ${words}`,
      action: filtered(
        value === null ? { member: key, operator: 'set' } : { member: key, operator: 'notEquals', values },
      ),
    },
  ];
}

/**
 * The rows that a measure is made of, by its `drill_members`. Not by the client library's `drillDown`: that reads the
 * first time of a query alone, drops the ranges of others, and keeps filters that chose groups.
 */
function behind(cell: CellMeaning & { kind: 'measure' }, laid: Laid): CellAction[] {
  const drilled = drillQuery(cell, laid);
  if (drilled === null) return [];
  const title = laid.result.columns.get(cell.measure)?.shortTitle ?? cell.measure;
  return [
    {
      id: 'behind',
      label: `The rows behind this ${title}`,
      action: { type: 'setQuery', query: drilled },
    },
  ];
}

/** The query for the rows of one cell; null where it would be of other rows, or the measure names no members. */
function drillQuery(cell: CellMeaning & { kind: 'measure' }, laid: Laid): Query | null {
  const { answered, result, axes, isMeasure } = laid;
  const { query } = answered.asked;
  const [response] = answered.answer.results;
  const members = response?.annotation.measures[cell.measure]?.drillMembersGrouped as
    | Pick<Query, 'measures' | 'dimensions'>
    | undefined;
  const asked = [...(members?.measures ?? []), ...(members?.dimensions ?? [])];
  if (response === undefined || asked.length === 0) return null;
  if (comparedTime(query) !== undefined || query.ungrouped) return null;
  // A filter on a measure chooses groups, and would choose others among these rows.
  if (filteredMembers(query.filters ?? []).some(isMeasure)) return null;

  const valueAt = new Map<string, Cell>();
  for (const [place, key] of axes.x.entries()) valueAt.set(key, cell.xValues[place] ?? null);
  for (const [place, key] of axes.y.entries()) valueAt.set(key, cell.yValues[place] ?? null);
  const filters: Filter[] = [{ member: cell.measure, operator: 'measureFilter' }, ...(query.filters ?? [])];
  for (const dimension of query.dimensions ?? []) {
    const value = valueAt.get(dimension) ?? null;
    // A moment is no value to compare with as text.
    if (result.columns.get(dimension)?.type === 'time') return null;
    filters.push(
      value === null
        ? { member: dimension, operator: 'notSet' }
        : { member: dimension, operator: 'equals', values: [String(value)] },
    );
  }
  const timeDimensions: TimeDimension[] = [];
  // As the server read them: their ranges are days, whatever words they had.
  for (const { dimension, granularity, dateRange } of (response.query.timeDimensions ??
    []) as TimeDimension[]) {
    const range = Array.isArray(dateRange) ? dateRange : undefined;
    if (!granularity) {
      if (range !== undefined) timeDimensions.push({ dimension, dateRange: range });
      continue;
    }
    const bucket = valueAt.get(timeKey({ dimension, granularity }));
    const period = typeof bucket === 'string' ? periodFrom(bucket, granularity) : null;
    if (period === null) return null;
    timeDimensions.push({ dimension, dateRange: shortest(within(period, range)) });
  }
  return {
    ...(members?.measures?.length ? { measures: members.measures } : {}),
    ...(members?.dimensions?.length ? { dimensions: members.dimensions } : {}),
    timeDimensions,
    filters,
    ...(query.segments === undefined ? {} : { segments: query.segments }),
    ...(query.timezone === undefined ? {} : { timezone: query.timezone }),
  };
}

/** The part of a period that lies in a range; both are moments in the same words, so that texts are in their order. */
function within([start, end]: Span, range: readonly string[] | undefined): Span {
  const [first = start, last = end] = range ?? [];
  return [first > start ? first : start, last < end ? last : end];
}
