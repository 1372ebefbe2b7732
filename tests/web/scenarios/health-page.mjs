// What the server runs on and how that is.

export const widths = [1440, 390];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/health');
  const sources = page.getByRole('region', { name: 'Data sources' });
  await expect.seen(sources.getByRole('row', { name: /default duckdb answers/ }));
  await expect.seen(sources.getByRole('row', { name: /archive duckdb does not answer/ }));
  await expect.seen(sources.getByText(/There is no DuckDB file at .*archive/));
  await expect.seen(page.getByRole('region', { name: 'Data model' }).getByText('compiles', { exact: true }));
  await expect.seen(page.getByRole('region', { name: 'Kept answers' }).getByText(/of 256 MiB/));
  await expect.seen(page.getByRole('region', { name: 'Queue' }).getByText('Waiting for their turn'));
  await expect.seen(page.getByRole('region', { name: 'Audit log' }).getByText('Nothing is recorded'));
  await expect.seen(page.getByRole('region', { name: 'Server' }).getByText('Asks for tokens'));
  await axe();
  await shot('all');
};
