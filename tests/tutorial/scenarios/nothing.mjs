// Somebody whose token the server takes, and to whom it shows nothing.

export default async function ({ page, base, shot, axe, expect }) {
  await page.goto(base);
  await expect.text(page.locator('p.empty'), 'There is nothing on this dashboard that you may see.');
  await expect.count(page.locator('.tile, .figure, table, .chart'), 0);
  await page.goto(`${base}/#/explore`);
  await expect.count(page.locator('.choice'), 0);
  await axe();
  await shot('nothing');
}
