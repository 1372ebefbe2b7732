// A newcomer at the demo: what is to be seen, and by what. The first chart is there.

export const widths = [1440, 390];

export default async ({ page, base, shot, expect, width }) => {
  const isNarrow = width < 500;
  let decisions = 0;
  await page.goto(base);
  await expect.seen(page.getByRole('heading', { name: 'What do you want to know?' }));
  if (isNarrow) await page.getByRole('button', { name: 'Choose members' }).click();

  // One: what is to be seen.
  await page.getByRole('row', { name: 'Orders', exact: true }).click();
  await page.getByRole('row', { name: /^Total Amount/ }).click();
  decisions += 1;

  // Two: by what.
  await page.getByRole('row', { name: /^Created at/ }).click();
  decisions += 1;
  if (isNarrow) await page.getByRole('button', { name: 'Close' }).click();

  await expect.seen(page.getByRole('img', { name: /line chart of Orders Total Amount/ }));
  await shot('chart');
  return { decisions };
};
