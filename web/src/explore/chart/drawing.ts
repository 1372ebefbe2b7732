/** What is drawn, and what becomes of it. */

import type { EChartsCoreOption } from 'echarts/core';
import type { Grid } from '../../query/pivot';
import type { Chart } from '../../query/query';
import type { Aligned } from '../aligned';
import type { Result } from '../result';
import type { Sum } from '../whole';

/** How the page looks. A canvas inherits neither colours, each `#rrggbb` here, nor fonts. */
export interface Palette {
  font: string;
  series: readonly string[];
  text: string;
  soft: string;
  line: string;
  surface: string;
  heat: readonly [string, string];
}

export type DrawnChart = Exclude<Chart, 'table' | 'number'>;

export interface Drawn {
  grid: Grid;
  result: Result;
  /** The period of a cell, where ranges are laid over each other. */
  periodOf: Aligned['periodOf'] | null;
  /** What a measure aggregates by. */
  aggTypeOf: (measure: string) => string | undefined;
  /** Whether the answer has a row for every group that there is: neither a limit nor a filter on a measure left any out. */
  isWhole: boolean;
  /** Whether the groups are known to be parts of one whole. */
  sum: Sum;
  palette: Palette;
  isNarrow: boolean;
  /** Whether nothing may move, as whoever looks at it asks of all pages. */
  isStill: boolean;
}

export interface Drawing {
  option: EChartsCoreOption;
  /** What a reader has to know of it, such as what of the answer is not drawn. */
  notes: readonly string[];
}
