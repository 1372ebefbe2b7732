// The answer as files; their bytes are given back, for the test to look into.

import { readFileSync } from 'node:fs';

export const themes = ['light'];

export default async ({ page, expect }) => {
  const query = {
    measures: ['Orders.count', 'Orders.totalAmount'],
    dimensions: ['Orders.status'],
    order: [['Orders.status', 'asc']],
  };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=bar`);
  await expect.seen(page.getByText('5 rows in'));
  await expect.seen(page.locator('canvas').first());
  const files = {};
  for (const format of ['CSV', 'Parquet', 'JSON', 'PNG', 'SVG']) {
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: format }).click(),
    ]);
    files[download.suggestedFilename()] = readFileSync(await download.path()).toString('base64');
  }
  return files;
};
