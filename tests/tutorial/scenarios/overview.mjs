// The overview: a dozen tiles with the numbers that the database has, in both themes and at both widths.

import { answered, figure, tile } from './parts.mjs';

export default async function ({ page, base, shot, axe, expect, given, theme, width }) {
  await page.goto(base);
  await answered(page);
  await expect.eventually(async () => (await page.locator('.tile').count()) >= 8, true, 'at least eight tiles');
  await figure(page, 'orders', given.orders);
  await expect.text(tile(page, 'orders').locator('.change strong'), given.change);
  await expect.text(tile(page, 'orders').locator('.change span'), given.before);
  await expect.text(tile(page, 'revenue').locator('.figure'), given.revenue);
  const named = tile(page, 'revenue-series').locator('svg text');
  await expect.eventually(async () => (await named.allTextContents()).filter((text) => text.includes('eriod')), ['This period', 'Period before'], 'lines');
  // Nothing is wider than the window.
  await expect.eventually(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'width');
  await axe();
  await shot('overview');
  await page.goto(`${base}/#/explore`);
  await page.getByLabel('Search measures').fill('days to');
  await page.getByRole('checkbox', { name: 'Average days to completion' }).check();
  await page.getByLabel('Search dimensions').fill('country');
  await page.getByRole('group', { name: 'Users' }).getByRole('checkbox', { name: 'Country' }).check();
  await expect.seen(page.getByRole('img', { name: /^Orders Average days to completion by Users Country, \d+ values/ }));
  await expect.eventually(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'width');
  await axe();
  await shot('explore');
  // What follows is the same in all looks.
  if (theme !== 'light' || width !== 1440) return;

  // What does not add up is not added up: averages, and orders that count for each category in them.
  const question = (measures, dimensions) => page.goto(
    `${base}/#/explore?${new URLSearchParams({ q: JSON.stringify({ measures, dimensions, period: '30d', shape: 'donut' }) })}`,
  );
  const total = () => page.locator('.chart text[style*="600"], .chart text[style*="24px"]').allTextContents();
  await question(['Orders.count'], ['Orders.channel']);
  await expect.eventually(total, [given.orders], 'the middle of a donut');
  const partsOfNothing = [
    ['Orders.averageAmount', 'Orders.channel', 'Orders Average Amount by Orders'], ['Orders.count', 'ProductCategories.name', 'Orders Count by Product'],
    ['Orders.buyers', 'Users.gender', 'Orders Buyers by Users'],
  ];
  for (const [measure, dimension, title] of partsOfNothing) {
    await question([measure], [dimension]);
    await expect.eventually(async () => (await page.locator('.tile h2').innerText()).startsWith(title), true, title);
    await expect.text(page.locator('.note'), 'As bars, because these values are no parts of a whole.');
    expect.equal(await total(), []);
  }
  // Each measure in its own format.
  await question(['Orders.count', 'Orders.totalAmount', 'Orders.returnRate'], ['Orders.channel']);
  await page.getByRole('combobox', { name: 'Shown as' }).selectOption('Bars');
  const written = async () => (await page.locator('.chart text').allTextContents()).map((one) => one.replace(/[\d.,]+[KM]?/, '0')).sort();
  const each = ['$0', '0', '0%'].flatMap((one) => [one, one, one]);
  await expect.eventually(written, [...each, 'Count', 'Return Rate', 'Total Amount', 'app', 'store', 'web'].sort(), 'what stands at bars');
}
