import type { EChartsType } from 'echarts/core';
import { lazy, Suspense, useMemo } from 'react';
import { type Axes, type Exploration, MEASURES } from '../../query/query';
import type { Action } from '../../query/reduce';
import { totalsRefused } from '../../query/select';
import { Button } from '../../ui/Button';
import { Select } from '../../ui/Select';
import { EmptyState, Note, Spinner } from '../../ui/State';
import { aligned } from '../aligned';
import type { Members } from '../members';
import { filled, gridOf, hasAllGroups, type Result } from '../result';
import { useTotals } from '../table/useTotals';
import type { Answered } from '../useAnswer';
import { useNarrow } from '../useNarrow';
import { sumOf } from '../whole';
import styles from './ChartView.module.css';
import { PARTS } from './cells';
import { chartOptions, chartRefused } from './chartOptions';
import type { Drawing, Drawn, DrawnChart } from './drawing';
import { paletteOfPage } from './palette';

const load = () => import('./EChart');
const EChart = lazy(load);

/** Begins to load what draws charts, so that it is there when the answer is. */
export function loadChartsAhead(): void {
  // What cannot be loaded is told when it is drawn.
  load().catch(() => {});
}

// Their marks tell one figure: a second measure would be told by the same scale.
const OF_ONE_MEASURE: ReadonlySet<DrawnChart> = new Set<DrawnChart>(['pie', 'heat']);

// Their marks say that the groups are parts of one whole.
const SUMMED: ReadonlySet<DrawnChart> = new Set<DrawnChart>(['pie', 'bar', 'area']);

export interface ChartViewProps {
  chart: DrawnChart;
  axes: Axes;
  exploration: Exploration;
  answered: Answered;
  result: Result;
  members: Members;
  /** Whichever theme is shown: another one has other colours. */
  theme: string;
  dispatch: (action: Action) => void;
  onChart: (chart: EChartsType | null) => void;
}

/** An answer as a chart, and what has to be known of it. */
export function ChartView({
  chart,
  axes,
  answered,
  members,
  theme,
  dispatch,
  onChart,
  ...more
}: ChartViewProps) {
  const isNarrow = useNarrow();
  const all = more.result.measures;
  const isOfOne = OF_ONE_MEASURE.has(chart) && all.length > 1;
  const chosen = all.find((measure) => measure === more.exploration.measure) ?? all[0];
  const result = useMemo(
    () => (isOfOne && chosen !== undefined ? { ...more.result, measures: [chosen] } : more.result),
    [more.result, isOfOne, chosen],
  );
  const isMeasure = (member: string) => members.byName.get(member)?.kind === 'measure';
  const { query } = answered.asked;
  const isParted = chart === 'pie' || axes.y.some((key) => key !== MEASURES);
  const mayAddUp =
    chosen !== undefined &&
    result.measures.length === 1 &&
    PARTS.has(members.byName.get(chosen)?.aggType ?? '') &&
    totalsRefused(query, isMeasure) === null;
  const totals = useTotals(isParted && mayAddUp && SUMMED.has(chart) ? answered.asked : null, axes);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the palette is that of the theme
  const drawing = useMemo((): Drawing | { refused: string } => {
    const laid = chart === 'pie' ? null : aligned(answered, result, axes);
    const grid = laid?.grid ?? gridOf(result, axes);
    const isFilled = laid === null && (chart === 'line' || chart === 'area');
    const drawn: Drawn = {
      grid: isFilled ? filled(grid, answered) : grid,
      result,
      periodOf: laid?.periodOf ?? null,
      aggTypeOf: (measure: string) => members.byName.get(measure)?.aggType,
      isWhole: hasAllGroups(answered, isMeasure),
      sum: mayAddUp && chosen !== undefined ? sumOf(grid, chosen, totals) : 'other',
      palette: paletteOfPage(),
      isNarrow,
      isStill: window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    };
    const refused = chartRefused(chart, drawn);
    return refused === null ? chartOptions(chart, drawn) : { refused };
  }, [chart, axes, answered, result, members, theme, isNarrow, totals]);
  const titleOf = (measure: string) => result.columns.get(measure)?.title ?? measure;
  const keys = axes.x.concat(axes.y).flatMap((key) => result.columns.get(key)?.title ?? []);
  const label = `${chart} chart of ${result.measures.map(titleOf).join(', ')}${keys.length > 0 ? ` by ${keys.join(', ')}` : ''}, ${result.rows.length} rows. The table has its values.`;
  return (
    <div className={styles.view}>
      {isOfOne && chosen !== undefined && (
        <div className={styles.measure}>
          <span aria-hidden="true">One measure is drawn:</span>
          <Select
            aria-label="The measure that is drawn"
            options={all.map((id) => ({ id, label: titleOf(id) }))}
            value={chosen}
            onChange={(measure) => dispatch({ type: 'setMeasure', measure })}
          />
        </div>
      )}
      {'refused' in drawing ? (
        <EmptyState title="No pie of this">
          <p>{drawing.refused}.</p>
          <Button onPress={() => dispatch({ type: 'setChart', chart: 'bar' })}>Show bars</Button>
        </EmptyState>
      ) : (
        <>
          {drawing.notes.map((note) => (
            <Note key={note}>{note}</Note>
          ))}
          <div className={styles.chart}>
            <Suspense fallback={<Spinner label="Drawing" />}>
              <EChart drawing={drawing} label={label} onChart={onChart} />
            </Suspense>
          </div>
        </>
      )}
    </div>
  );
}
