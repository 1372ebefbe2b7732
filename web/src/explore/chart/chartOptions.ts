/** A grid as what ECharts draws. Pure: colours and sizes are given. */

import { cartesian } from './cartesian';
import type { Drawing, Drawn, DrawnChart } from './drawing';
import { heat } from './heat';
import { pie, pieRefused } from './pie';

export function chartOptions(chart: DrawnChart, drawn: Drawn): Drawing {
  switch (chart) {
    case 'line':
    case 'area':
    case 'bar':
      return cartesian(chart, drawn);
    case 'pie':
      return pie(drawn);
    case 'heat':
      return heat(drawn);
  }
}

/** Why this kind of chart would tell something wrong of the answer; null if it does not. */
export function chartRefused(chart: DrawnChart, drawn: Drawn): string | null {
  return chart === 'pie' ? pieRefused(drawn) : null;
}
