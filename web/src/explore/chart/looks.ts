/** How all charts look. */

import type { EChartsCoreOption } from 'echarts/core';
import type { Drawn, Palette } from './drawing';

// Three shades of each colour.
export const MOST_COLOURS = 24;

export function shared({ palette, isStill }: Drawn): EChartsCoreOption {
  return {
    animation: !isStill,
    color: Array.from({ length: MOST_COLOURS }, (_, number) => shade(number, palette)),
    textStyle: { fontFamily: palette.font, color: palette.text },
    animationDuration: 200,
    animationDurationUpdate: 200,
  };
}

export function legend({ palette }: Drawn, series: number) {
  return {
    show: series > 1,
    type: 'scroll',
    bottom: 4,
    icon: 'roundRect',
    itemWidth: 10,
    itemHeight: 10,
    textStyle: { color: palette.text },
    pageTextStyle: { color: palette.soft },
    pageIconColor: palette.soft,
    pageIconInactiveColor: palette.line,
  };
}

export function tooltip(palette: Palette) {
  return {
    // Drawn, and not put into the page as HTML: values are text of the database.
    renderMode: 'richText',
    confine: true,
    backgroundColor: palette.surface,
    borderColor: palette.line,
    textStyle: { color: palette.text, fontSize: 12 },
  };
}

/** The colour of a series: that of its number; the ninth is lighter than the first, and the seventeenth darker. */
export function shade(number: number, { series, surface, text }: Palette): string {
  const colour = series[number % series.length] ?? text;
  const round = Math.floor(number / series.length) % 3;
  return round === 0 ? colour : mixed(colour, round === 1 ? surface : text);
}

/** The middle of two colours, each as `#rrggbb`. */
function mixed(one: string, other: string): string {
  const parts = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const others = parts(other);
  const middle = parts(one).map((part, place) => Math.round((part + (others[place] ?? part)) / 2));
  return `#${middle.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
