/** A heat map of one measure. */

import { shortFormatterOf } from '../../query/format';
import { wordsFor } from '../result';
import { gapsTold, leftOver, numberIn, written } from './cells';
import type { Drawing, Drawn } from './drawing';
import { shared, tooltip } from './looks';
import { nameOf, nameOfMeasure, periodIn } from './names';

const MOST_CELLS = 60;

export function heat(drawn: Drawn): Drawing {
  const { grid, result, palette, isNarrow } = drawn;
  const rows = grid.rows.slice(0, MOST_CELLS * 4);
  const columns = grid.columns.slice(0, MOST_CELLS);
  const measure = result.measures[0] ?? null;
  const column = measure === null ? undefined : result.columns.get(measure);
  const short = column === undefined ? String : shortFormatterOf(column);
  const cells = rows.flatMap((row, x) =>
    columns.map((_, y) => [x, y, numberIn(row.cells[y], measure, drawn)] as const),
  );
  const values = cells.flatMap(([, , value]) => value ?? []);
  const [lowest, highest] = [Math.min(...values, 0), Math.max(...values, 0)];
  const label = { color: palette.soft, hideOverlap: true, width: isNarrow ? 110 : 220, overflow: 'truncate' };
  return {
    notes: [
      ...gapsTold(drawn),
      ...leftOver([
        [grid.rows.length, rows.length, 'columns'],
        [grid.columns.length, columns.length, 'rows'],
      ]),
    ],
    option: {
      ...shared(drawn),
      grid: { left: 8, right: 16, top: 8, bottom: 52, containLabel: true },
      tooltip: {
        ...tooltip(palette),
        formatter: ({ data: [x, y] }: { data: [number, number, number | null] }) =>
          [
            drawn.periodOf === null || columns[y] === undefined
              ? wordsFor(rows[x]?.values ?? [], grid.rowKeys, result.columns).join(' · ')
              : periodIn(columns[y], x, drawn),
            columns[y] === undefined ? '' : nameOf(columns[y], drawn),
            `${nameOfMeasure(measure, result)}: ${written(rows[x]?.cells[y], measure, drawn)}`,
          ]
            .filter(Boolean)
            .join('\n'),
      },
      xAxis: {
        type: 'category',
        data: rows.map((row) => wordsFor(row.values, grid.rowKeys, result.columns).join(' · ')),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: label,
      },
      yAxis: {
        type: 'category',
        data: columns.map((one) => nameOf(one, drawn)),
        inverse: true,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: label,
      },
      visualMap: {
        min: lowest,
        max: highest === lowest ? lowest + 1 : highest,
        dimension: 2,
        orient: 'horizontal',
        left: 'center',
        bottom: 4,
        itemHeight: 160,
        itemWidth: 10,
        inRange: { color: [...palette.heat] },
        textStyle: { color: palette.soft },
        // What the ends of the scale stand for, high and low.
        text: [short(highest), short(lowest)],
        formatter: (value: unknown) => short(Number(value)),
      },
      series: [
        {
          type: 'heatmap',
          data: cells,
          itemStyle: { borderColor: palette.surface, borderWidth: 1 },
          emphasis: { itemStyle: { borderColor: palette.text, borderWidth: 1 } },
        },
      ],
    },
  };
}
