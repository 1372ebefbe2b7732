import type { EChartsType } from 'echarts/core';
import { lazy, Suspense, useMemo } from 'react';
import type { Axes } from '../../query/query';
import { Note, Spinner } from '../../ui/State';
import type { Members } from '../members';
import { filled, gridOf, type Result } from '../result';
import type { Answered } from '../useAnswer';
import { useNarrow } from '../useNarrow';
import styles from './ChartView.module.css';
import { chartOptions, type DrawnChart } from './chartOptions';
import { paletteOfPage } from './palette';

const EChart = lazy(() => import('./EChart'));

export interface ChartViewProps {
  chart: DrawnChart;
  axes: Axes;
  answered: Answered;
  result: Result;
  members: Members;
  /** Whichever theme is shown: another one has other colours. */
  theme: string;
  onChart: (chart: EChartsType | null) => void;
}

/** An answer as a chart, and what of it is not drawn. */
export function ChartView({ chart, axes, answered, result, members, theme, onChart }: ChartViewProps) {
  const isNarrow = useNarrow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the palette is that of the theme
  const drawing = useMemo(() => {
    const grid = gridOf(result, axes);
    return chartOptions(chart, {
      grid: chart === 'line' || chart === 'area' ? filled(grid, answered) : grid,
      result,
      aggTypeOf: (measure) => members.byName.get(measure)?.aggType,
      palette: paletteOfPage(),
      isNarrow,
    });
  }, [chart, axes, answered, result, members, theme, isNarrow]);
  const measures = result.measures.map((measure) => result.columns.get(measure)?.title ?? measure).join(', ');
  const keys = axes.x.concat(axes.y).flatMap((key) => result.columns.get(key)?.title ?? []);
  const label = `${chart} chart of ${measures}${keys.length > 0 ? ` by ${keys.join(', ')}` : ''}, ${result.rows.length} rows. The table has its values.`;
  return (
    <div className={styles.view}>
      {drawing.left !== null && <Note>{drawing.left}</Note>}
      <div className={styles.chart}>
        <Suspense fallback={<Spinner label="Drawing" />}>
          <EChart drawing={drawing} label={label} onChart={onChart} />
        </Suspense>
      </div>
    </div>
  );
}
