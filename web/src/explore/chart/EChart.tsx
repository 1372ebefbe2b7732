import type { EChartsType } from 'echarts/core';
import { useEffect, useRef } from 'react';
import type { Drawing } from './drawing';
import styles from './EChart.module.css';
import { init } from './echarts';

export interface EChartProps {
  drawing: Drawing;
  /** What it shows, for those who do not see it. */
  label: string;
  /** Told of the chart when it is there, and of null when it is gone. */
  onChart: (chart: EChartsType | null) => void;
}

/** A chart, as large as its place. */
export default function EChart({ drawing, label, onChart }: EChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);

  useEffect(() => {
    if (place.current === null) return;
    const made = init(place.current);
    chart.current = made;
    onChart(made);
    const resizing = new ResizeObserver(() => made.resize());
    resizing.observe(place.current);
    return () => {
      resizing.disconnect();
      onChart(null);
      made.dispose();
    };
  }, [onChart]);

  useEffect(() => {
    chart.current?.setOption(drawing.option, { notMerge: true });
  }, [drawing]);

  return <div ref={place} className={styles.chart} role="img" aria-label={label} />;
}
