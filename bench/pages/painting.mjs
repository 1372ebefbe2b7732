// A page that is opened in a browser that has nothing of it: how long until something is painted, until the members of the
// model are there, and, where a query stands in the address, until its chart is.

export default async ({ page, expect, given }) => {
  await page.goto(given.path, { waitUntil: 'commit' });
  await expect.seen(given.isChart ? page.locator('main svg, main canvas') : page.getByRole('row'));
  const wanted = await page.evaluate(() => performance.now());
  const first = () => page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null);
  await expect.that((await first()) !== null, 'nothing was painted');
  return { first: await first(), wanted };
};
