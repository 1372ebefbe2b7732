// The overview: a dozen tiles with the numbers that the database has, in both themes and at both widths.

import { answered, figure, tile } from './parts.mjs';

export default async function ({ page, base, shot, axe, expect, given }) {
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
}
