// Filters that act on all tiles, tiles as tables, and dashboards that are saved, changed and deleted; by keyboard too.

import { answered, figure, filter, shown, tile } from './parts.mjs';

export default async function ({ page, base, shot, axe, expect, given }) {
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText);
  await page.goto(base);
  await answered(page);
  const before = await shown(page);

  // A filter changes every tile, stands in the address, and is there again after a reload.
  await filter(page, 'Channel').selectOption('app');
  await figure(page, 'orders', given.app);
  const same = async () => {
    const after = await shown(page);
    return Object.keys(before).filter((id) => before[id] === after[id]);
  };
  await expect.eventually(same, [], 'tiles that the filter did not change');
  expect.equal(page.url(), `${base}/#/?channel=app`);
  await page.reload();
  await answered(page);
  await figure(page, 'orders', given.app);

  // The period before is of the same length, whatever the period.
  await filter(page, 'Period').selectOption('7d');
  await figure(page, 'orders', given.week.orders);
  await expect.text(tile(page, 'orders').locator('.change span'), given.week.before);
  await filter(page, 'Period').selectOption('Own dates');
  await page.getByRole('textbox', { name: 'From' }).fill(given.day);
  await page.getByRole('textbox', { name: 'To' }).fill(given.day);
  await figure(page, 'orders', given.ofDay);
  await page.goBack();
  await page.getByRole('button', { name: 'Reset' }).click();
  await figure(page, 'orders', given.orders);
  await answered(page);

  // A chart's values as a table.
  await page.getByRole('button', { name: 'Orders by channel as a table' }).click();
  await expect.count(tile(page, 'channels').locator('tbody tr'), 3);
  await axe();
  await page.getByRole('button', { name: 'Orders by channel as a table' }).click();

  // Of a comparison each day stands beside the one before it. Days are those of the query, wherever the reader is.
  await page.getByRole('button', { name: 'Revenue over time as a table' }).click();
  const cells = tile(page, 'revenue-series').locator('tbody td');
  await expect.count(cells, 30 * 4);
  const texts = await cells.allInnerTexts();
  expect.equal([texts[0], texts.at(-4)], given.days);
  await page.getByRole('button', { name: 'Revenue over time as a table' }).click();

  // Saved with its filters, by keyboard alone.
  await filter(page, 'Country').selectOption('Italy');
  await figure(page, 'orders', given.italy);
  await page.getByRole('button', { name: 'Save as…' }).focus();
  await page.keyboard.press('Enter');
  await expect.seen(page.getByRole('dialog'));
  await axe();
  await shot('save');
  await page.getByRole('button', { name: 'Cancel' }).press('Enter');
  expect.equal(await focused(), 'Save as…');
  await page.keyboard.press('Enter');
  await page.keyboard.type('Italy');
  await page.keyboard.press('Enter');
  await expect.text(page.locator('h1'), 'Italy');
  // What had the focus is gone: it is at the heading of the new page.
  expect.equal(await focused(), 'Italy');

  // A tile is removed, brought back, and removed: each time the focus is somewhere.
  const removed = () => page.getByRole('button', { name: 'Remove Latest orders' }).press('Enter');
  await removed();
  await expect.count(tile(page, 'latest'), 0);
  expect.equal(await focused(), 'Remove Revenue by category');
  await expect.text(page.getByRole('status').locator('p'), 'Latest orders was removed.');
  await axe();
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect.count(tile(page, 'latest'), 1);
  expect.equal(await focused(), 'Italy');
  await removed();
  await expect.count(tile(page, 'latest'), 0);

  // Another tab saves one too, and neither takes away what the other has.
  const other = await page.context().newPage();
  await other.goto(`${base}/#/?channel=app`);
  await other.getByRole('button', { name: 'Save as…' }).click();
  await other.keyboard.type('Apps');
  await other.keyboard.press('Enter');
  await expect.text(other.locator('h1'), 'Apps');
  await expect.count(page.getByRole('link', { name: 'Apps' }), 1);
  await other.close();
  await page.reload();
  await answered(page);
  await expect.text(page.locator('h1'), 'Italy');
  await expect.count(tile(page, 'latest'), 0);
  await figure(page, 'orders', given.italy);

  // Explored, and added as a tile.
  await page.getByRole('link', { name: 'Explore' }).click();
  await expect.seen(page.getByText('Choose a measure to begin'));
  await page.getByLabel('Search measures').fill('buyers');
  await page.getByRole('checkbox', { name: 'Buyers', exact: true }).check();
  await page.getByLabel('Search dimensions').fill('gender');
  await page.getByRole('checkbox', { name: 'Gender' }).check();
  await page.getByRole('combobox', { name: 'Shown as' }).selectOption('Table');
  await expect.count(page.locator('tbody tr'), given.genders);

  // Under the words of a new question the numbers of the one before do not stand, however long it takes.
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/v1/load*', async (route) => { await held; await route.continue(); }, { times: 1 });
  await page.getByLabel('Search dimensions').fill('channel');
  await page.getByRole('checkbox', { name: 'Channel' }).check();
  const answer = page.getByRole('article', { name: 'Answer' });
  await expect.text(answer.locator('h2'), 'Orders Buyers by Users Gender, Orders Channel');
  expect.equal(await answer.locator('table, .chart, .figure').count(), 0);
  await expect.text(answer.locator('.waiting'), 'Loading…');
  release();
  await expect.seen(answer.getByRole('columnheader', { name: 'Channel' }));
  await page.goBack();
  await page.goBack();
  await expect.seen(page.locator('.chart svg'));
  await page.getByRole('button', { name: 'Add to a dashboard…' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Who buys');
  await axe();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect.text(page.locator('h1'), 'Italy');
  await expect.seen(page.getByRole('article', { name: 'Who buys' }).locator('.chart svg'));
  await answered(page);
  await shot('saved');

  // Deleted: the overview is back. Brought back, it has all that it had; and deleted for good it is gone.
  const erased = async () => {
    await page.getByRole('button', { name: 'Delete' }).press('Enter');
    await expect.text(page.locator('h1'), 'Overview');
    await expect.count(page.getByRole('link', { name: 'Italy' }), 0);
    await expect.eventually(focused, 'Overview', 'focus');
  };
  await erased();
  await page.getByRole('button', { name: 'Undo' }).press('Enter');
  await expect.text(page.locator('h1'), 'Italy');
  await expect.count(page.getByRole('article', { name: 'Who buys' }), 1);
  await expect.eventually(focused, 'Italy', 'focus');
  await erased();
  await page.getByRole('button', { name: 'Close' }).press('Enter');
  expect.equal(await focused(), 'Overview');
  await expect.count(page.getByRole('link', { name: 'Apps' }), 1);

  // The other colours, kept.
  await page.getByRole('button', { name: 'Dark colours' }).click();
  await page.reload();
  await answered(page);
  expect.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
}
