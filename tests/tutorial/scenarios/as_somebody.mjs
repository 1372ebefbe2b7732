// What the dashboard shows to whoever a token names: numbers, tiles that are not theirs, and masks.

import { answered, filter, tile } from './parts.mjs';

export default async function ({ page, base, shot, axe, expect, given }) {
  await page.goto(base);
  await answered(page);
  await expect.text(tile(page, 'orders').locator('.figure'), given.orders);
  await expect.count(tile(page, 'revenue'), given.revenue ? 1 : 0);
  if (given.revenue) await expect.text(tile(page, 'revenue').locator('.figure'), given.revenue);
  expect.equal(await page.locator('.note').allInnerTexts(), given.note ? [given.note] : []);
  const customers = await tile(page, 'customers').locator('tbody tr').allInnerTexts();
  const masked = customers.filter((row) => /^Customer \d+\s+•••/.test(row)).length;
  expect.equal(masked, given.masked ? customers.length : 0, 'masked rows');
  const countries = await filter(page, 'Country').locator('option').allInnerTexts();
  if (given.countries) expect.equal(countries, ['All countries', ...given.countries]);
  else expect.that(countries.length > 10, 'countries');
  await axe();
  await shot(given.who);
}
