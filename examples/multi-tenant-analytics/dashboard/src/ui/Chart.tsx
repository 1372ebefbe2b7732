import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useContext, useEffect, useRef } from 'react';
import type { Colours } from '../charts';
import { ThemeContext } from './ThemeContext';
import { coloursOf } from './theme';

use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent, SVGRenderer]);

// A chart in the colours of the theme, drawn again when those or its size change. `label` says what is in it to those
// who do not see it; the same values stand in the tile's table. It is as high as its place, and at least `height` pixels.
export function Chart({ draw, label, height }: { draw: (colours: Colours) => EChartsCoreOption; label: string; height: number }) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useContext(ThemeContext);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const chart = init(element, null, { renderer: 'svg' });
    chart.setOption(draw(coloursOf(element)));
    const observer = new ResizeObserver(() => chart.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      chart.dispose();
    };
  }, [draw, theme]);
  return <div className="chart" role="img" aria-label={label} ref={place} style={height > 0 ? { minHeight: height } : undefined} />;
}
