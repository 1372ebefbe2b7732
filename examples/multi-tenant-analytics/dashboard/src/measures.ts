// What the model says of measures: of which of them parts add up.

import type { Filter, Meta, Query } from '@cubejs-client/core';
import type { Shape } from './tile';

// Numbers of things and sums of amounts add up. Averages, shares and numbers of different things do not, and neither
// does what has been summed up since some day.
export function isAdditive(measure: string, meta: Meta): boolean {
  const found = meta.resolveMember(measure, 'measures') as { aggType?: string; cumulative?: boolean };
  return (found.aggType === 'count' || found.aggType === 'sum') && !found.cumulative;
}

// Of which measures of a query it is certain that nothing amounts to 0, where there is no row. A filter on a measure
// takes rows away that are not 0.
export function zeroOf(query: Query, meta: Meta): (measure: string) => boolean {
  const isWhole = !membersTested(query.filters ?? []).some((name) => !('error' in meta.resolveMember(name, 'measures')));
  return (measure) => isWhole && isAdditive(measure, meta);
}

// What to ask besides, to know whether the parts of an answer make up a whole; null where they do not, or need not.
export function wholeOf(query: Query, shape: Shape, meta: Meta): Query | null {
  const [measure, ...others] = query.measures ?? [];
  if ((shape !== 'donut' && shape !== 'columns') || !measure || others.length > 0 || !query.dimensions?.length) return null;
  if (!zeroOf(query, meta)(measure) || (query.timeDimensions ?? []).some((time) => 'compareDateRange' in time)) return null;
  const { dimensions: _parts, order: _order, limit: _limit, ...whole } = query;
  return whole;
}

function membersTested(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter) => {
    if ('and' in filter) return membersTested(filter.and);
    if ('or' in filter) return membersTested(filter.or);
    const name = filter.member ?? ('dimension' in filter ? filter.dimension : undefined);
    return name ? [name] : [];
  });
}
