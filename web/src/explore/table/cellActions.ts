/** What can be done with a cell of the table: its value kept or left out, or the rows behind it asked for. */

import { type LoadResponse, ResultSet } from '@cubejs-client/core';
import { type Axes, comparedTime, type Filter, type Query, timeKey } from '../../query/query';
import { periodFrom, shortest } from '../../query/ranges';
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

/** The rows that a measure is made of, by its `drill_members`; as the client library asks for them. */
function behind(cell: CellMeaning & { kind: 'measure' }, { answered, result, axes }: Laid): CellAction[] {
  const { query } = answered.asked;
  const [response] = answered.answer.results;
  if (response === undefined || comparedTime(query) !== undefined || query.ungrouped) return [];
  const answer = { queryType: 'regularQuery', results: [response], pivotQuery: response.query };
  const drilled = new ResultSet(answer as unknown as LoadResponse<Record<string, unknown>>).drillDown(
    { xValues: cell.xValues as string[], yValues: cell.yValues as string[] },
    { x: [...axes.x], y: [...axes.y] },
  );
  if (drilled === null) return [];
  const title = result.columns.get(cell.measure)?.shortTitle ?? cell.measure;
  return [
    {
      id: 'behind',
      label: `The rows behind this ${title}`,
      action: { type: 'setQuery', query: drilled as Query },
    },
  ];
}
