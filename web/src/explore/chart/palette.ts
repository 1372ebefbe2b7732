import type { Palette } from './drawing';

/** The font and the colours of the theme that is shown, for what is drawn outside of CSS. */
export function paletteOfPage(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = sixDigits();
  const token = (name: string) => colour(style.getPropertyValue(name).trim());
  return {
    font: getComputedStyle(document.body).fontFamily,
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => token(`--chart-${number}`)),
    text: token('--text'),
    soft: token('--text-soft'),
    line: token('--line'),
    surface: token('--surface'),
    heat: [token('--heat-low'), token('--heat-high')],
  };
}

/** Writes colours as `#rrggbb`: those of a style sheet are as short as the build makes them. */
function sixDigits(): (colour: string) => string {
  const canvas = document.createElement('canvas').getContext('2d');
  return (colour) => {
    if (canvas === null) return colour;
    canvas.fillStyle = colour;
    return canvas.fillStyle;
  };
}
