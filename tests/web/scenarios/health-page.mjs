// What the server runs on and how that is.

export const widths = [1440, 390];
// A request that is refused on the way is told to the console.
export const expected = [/Failed to load resource: net::ERR_FAILED.*playground\/health/];

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
  const tokens = page.getByRole('region', { name: 'Tokens' });
  await expect.seen(tokens.getByText('http://127.0.0.1:9/keys: '));
  await expect.seen(tokens.getByText('Fetched never. No token of it is taken.'));
  await expect.seen(tokens.getByText('1 revocation holds'));
  await expect.seen(page.getByRole('region', { name: 'Answers given' }));
  await expect.seen(page.getByRole('region', { name: 'Server' }).getByText('Up for'));
  await expect.eventually(
    () => page.getByRole('region', { name: 'Summary' }).getByRole('listitem').allInnerTexts(),
    [
      'The data source archive does not answer: queries of it fail.',
      'There are no keys of http://127.0.0.1:9/keys: its tokens are refused.',
    ],
  );
  await axe();
  await shot('all');

  // A server that is gone: what was known stays, and says of when it is.
  await page.route('**/playground/health', (route) => route.abort());
  await expect.seen(page.getByText(/The server does not answer.*What stands below is of \d/));
  await expect.seen(sources);
  await axe();
  await shot('gone');
  await page.unroute('**/playground/health');
  await expect.gone(page.getByText(/What stands below is of/));
};
