/** An answer as a file: rows from the server, charts from the page. */

import type { EChartsType } from 'echarts/core';
import { tokenOf } from '../api/callers';
import { post } from '../api/request';
import type { Asked } from './useAnswer';

export type RowFormat = 'csv' | 'parquet' | 'json';
export type ImageFormat = 'png' | 'svg';

/** Saves all rows of a query, in a format that the server writes. With `signal` the server stops the statement, too. */
export async function saveRows(asked: Asked, format: RowFormat, signal: AbortSignal): Promise<void> {
  const token = await tokenOf(asked.caller, signal);
  const body = { query: asked.query, token: token ?? null, format };
  const rows = await (await post('/playground/export', body, signal)).blob();
  signal.throwIfAborted();
  save(rows, `kubus.${format}`);
}

/** Saves what a chart shows. */
export async function saveChart(chart: EChartsType, format: ImageFormat): Promise<void> {
  const background = getComputedStyle(document.documentElement).getPropertyValue('--surface').trim();
  if (format === 'png') {
    const url = chart.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: background });
    save(blobOf(url), 'kubus.png');
    return;
  }
  // A canvas has no SVG: the same chart is drawn once more, by the other renderer.
  const { init } = await import('./chart/echarts');
  const drawn = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: chart.getWidth(),
    height: chart.getHeight(),
  });
  drawn.setOption({ ...chart.getOption(), animation: false, backgroundColor: background });
  const text = drawn.renderToSVGString();
  drawn.dispose();
  save(new Blob([text], { type: 'image/svg+xml' }), 'kubus.svg');
}

function blobOf(url: string): Blob {
  const [head = '', body = ''] = url.split(',');
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: /:(.*?);/.exec(head)?.[1] ?? 'image/png' });
}

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
