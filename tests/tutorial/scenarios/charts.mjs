// Charts in a page without a framework: embed.html as it is, in both themes and at both widths.

export default async function ({ page, base, shot, axe, expect, given }) {
  const asked = [];
  page.on('request', (request) => request.url().includes('/v1/load') && asked.push(request.url()));
  await page.goto(`${base}/embed.html`);
  const chart = (heading) => page.locator(`kubus-chart[heading="${heading}"]`);
  await expect.text(chart('Orders in the last 30 days').locator('.number'), given.orders);
  await expect.count(chart('Orders by channel').locator('rect'), 6);
  await expect.eventually(() => chart('Orders by channel').locator('svg text.value').allTextContents(), ['web', 'app', 'store'], 'channels');
  await expect.count(chart('Latest orders').locator('tbody tr'), 5);
  await expect.count(chart('Orders by day').locator('path'), 2);

  // The values behind a chart, as a table, by keyboard.
  await chart('Orders by day').locator('summary').focus();
  await page.keyboard.press('Enter');
  await expect.count(chart('Orders by day').locator('tbody tr'), 30);
  // Days are those of the query, wherever the reader is.
  const days = await chart('Orders by day').locator('tbody tr td:first-child').allInnerTexts();
  expect.equal([days[0], days.at(-1)], given.days);
  await axe();
  await chart('Orders by day').locator('summary').press('Enter');
  // Nobody was asked before the page had said who asks.
  expect.equal(asked.length, 4);

  // What is under the pointer is read out.
  await chart('Orders by day').locator('svg').hover();
  await expect.eventually(async () => /^\w+ \d+, \d{4}: \d+$/.test(await chart('Orders by day').locator('.read').innerText()), true, 'read');
  await page.mouse.move(0, 0);
  await expect.text(chart('Orders by day').locator('.read'), '');
  await expect.eventually(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, 'width');
  await shot('page');
}
