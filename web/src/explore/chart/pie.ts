/** A pie of one measure, and where it would tell something wrong. */

import type { Cell } from '../../query/pivot';
import { RANGES } from '../../query/query';
import { wordsFor } from '../result';
import { leftOver, numberIn, written } from './cells';
import type { Drawing, Drawn } from './drawing';
import { legend, MOST_COLOURS, shared, tooltip } from './looks';
import { nameOfMeasure } from './names';

const MOST_SLICES = MOST_COLOURS;
const SHARE = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 2 });

export function pie(drawn: Drawn): Drawing {
  const { result, palette, isNarrow } = drawn;
  const slices = slicesOf(drawn);
  const measure = result.measures[0] ?? null;
  const isWhole = drawn.sum === 'adds';
  const shown = slices.slice(0, MOST_SLICES);
  const rest = slices.slice(MOST_SLICES);
  if (isWhole && rest.length > 0) {
    const value = rest.reduce((sum, { value }) => sum + (value ?? 0), 0);
    shown.push({ name: `${rest.length.toLocaleString()} others`, value, cell: String(value) });
  }
  const title = measure === null ? '' : (result.columns.get(measure)?.title ?? measure);
  const all = shown.reduce((sum, { value }) => sum + (value ?? 0), 0);
  const told = new Map(
    shown.map(({ name, value, cell }) => [
      name,
      isWhole && all > 0
        ? `${name}  ${SHARE.format((value ?? 0) / all)}`
        : `${name}  ${written(cell, measure, drawn)}`,
    ]),
  );
  const wordsOfSlice = (name: string) => told.get(name) ?? name;
  return {
    notes: [
      ...(drawn.sum === 'other'
        ? [`${title} of groups does not add up to that of all: the slices are no shares.`]
        : []),
      ...(isWhole ? [] : leftOver([[slices.length, shown.length, 'slices']])),
    ],
    option: {
      ...shared(drawn),
      // Beside a narrow pie is no place for words.
      legend: { ...legend(drawn, 2), ...(isNarrow ? { formatter: wordsOfSlice } : {}) },
      tooltip: {
        ...tooltip(palette),
        trigger: 'item',
        valueFormatter: (_: unknown, slice: number) => written(shown[slice]?.cell, measure, drawn),
      },
      series: [
        {
          type: 'pie',
          radius: ['42%', '72%'],
          center: ['50%', '46%'],
          itemStyle: { borderColor: palette.surface, borderWidth: 2 },
          label: {
            show: !isNarrow,
            color: palette.text,
            lineHeight: 18,
            formatter: ({ name }: { name: string }) => wordsOfSlice(name),
          },
          labelLine: { lineStyle: { color: palette.line } },
          data: shown.map(({ name, value }, number) => ({
            name,
            value,
            // All others together have a colour that is none of the slices'.
            ...(number === MOST_SLICES ? { itemStyle: { color: palette.soft } } : {}),
          })),
        },
      ],
    },
  };
}

/** Why a pie would tell something wrong of the answer; null if it does not. */
export function pieRefused(drawn: Drawn): string | null {
  if (drawn.grid.rowKeys.includes(RANGES)) {
    return 'The slices of a pie are parts of one whole, and ranges that are compared are several';
  }
  const slices = slicesOf(drawn);
  if (slices.some(({ value }) => value !== null && value < 0)) return 'A slice of a pie cannot be negative';
  return null;
}

/** Each row as a slice: a pie is drawn of one measure, and its grid has no other columns. */
function slicesOf(drawn: Drawn): { name: string; value: number | null; cell: Cell | undefined }[] {
  const { grid, result } = drawn;
  const measure = result.measures[0] ?? null;
  return grid.rows.map((row) => ({
    name: wordsFor(row.values, grid.rowKeys, result.columns).join(' · ') || nameOfMeasure(measure, result),
    value: numberIn(row.cells[0], measure, drawn),
    cell: row.cells[0],
  }));
}
