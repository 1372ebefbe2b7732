// Signing in at the provider, by keyboard, seeing what is theirs, a token that is renewed silently, and signing out.

import { answered, figure, filter, tile } from './parts.mjs';

export const expected = [/Failed to load resource: (the server responded with a status of 400|net::ERR_FAILED)/];

export default async function ({ page, base, shot, axe, expect, given }) {
  const tokens = new Set();
  const grants = [];
  page.on('request', (request) => {
    const sent = request.headers().authorization;
    if (request.url().includes('/v1/load') && sent) tokens.add(sent);
  });
  page.on('requestfinished', (request) => {
    if (request.url().endsWith('/token') && request.method() === 'POST') grants.push(new URLSearchParams(request.postData()).get('grant_type'));
  });

  // By the day that it is on the page: its clock is put forward, perhaps over midnight.
  const today = () => new Date().toISOString().slice(0, 10);
  const told = async (span) => given.orders[await page.evaluate(today)][span];

  await page.goto(`${base}/#/?period=7d`);
  await expect.seen(page.getByRole('button', { name: 'Sign in' }));
  await expect.count(page.locator('.tile'), 0);
  await axe();
  await shot('signed-out');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('button[name=person]');
  await axe();
  await shot('provider');
  await page.locator(`button[value=${given.person}]`).focus();
  await page.keyboard.press('Enter');

  // Back where they were, as themselves.
  await answered(page);
  expect.equal(page.url(), `${base}/#/?period=7d`);
  await expect.text(page.locator('.brand'), given.shop);
  await figure(page, 'orders', await told('week'));
  await shot('signed-in');
  expect.equal(grants, ['authorization_code']);
  expect.equal(tokens.size, 1);

  if (given.renewed) {
    // A renewal that is lost on its way signs nobody out. As long as the token is good it is used, and then it is said.
    const begun = Date.now();
    const after = (seconds) => page.clock.setFixedTime(begun + seconds * 1000);
    await page.route('**/token', (route) => route.abort());
    await after(given.renewed);
    await filter(page, 'Period').selectOption('30d');
    await figure(page, 'orders', await told('month'));
    expect.equal([grants.length, tokens.size], [1, 1]);
    await after(given.renewed + 60);
    await filter(page, 'Period').selectOption('7d');
    await expect.seen(page.locator('.failed'));
    await expect.text(tile(page, 'orders').locator('.said'), 'Your sign-in could not be renewed: Failed to fetch');
    await expect.count(page.locator('.who strong'), 1);
    await axe();
    await shot('lost');
    await page.unroute('**/token');

    // With the next try nobody notices: one renewal, which all tiles share.
    await tile(page, 'orders').getByRole('button', { name: 'Try again' }).press('Enter');
    await figure(page, 'orders', await told('week'));
    expect.equal(await page.evaluate(() => document.activeElement.dataset.tile), 'orders');
    await answered(page);
    await expect.count(page.locator('.failed'), 0);
    await filter(page, 'Period').selectOption('30d');
    await figure(page, 'orders', await told('month'));
    await answered(page);
    expect.equal(grants, ['authorization_code', 'refresh_token']);
    expect.equal(tokens.size, 2);
    await page.reload();
    await answered(page);
    expect.equal(grants.length, 2);

    // A tab that has no token yet asks the provider in a frame, in which nothing is drawn and nothing is asked.
    const other = await page.context().newPage();
    const asked = [];
    other.on('request', (request) => {
      if (request.frame() !== other.mainFrame() && request.resourceType() !== 'document') asked.push(new URL(request.url()).pathname);
    });
    await other.goto(`${base}/embed.html`);
    // What it asks in words, the server takes for its own day.
    await expect.text(other.locator('kubus-chart[heading="Orders in the last 30 days"] .number'), given.orders[today()].month);
    expect.equal(asked.filter((path) => path.includes('/cubejs-api/') || path.includes('App')), [], 'asked in a frame');
    await other.close();

    // A session that is over at the provider says so, shows no number and no name, and is begun anew where it was.
    await page.route('**/token', (route) => route.fulfill({ status: 400, json: { error: 'invalid_grant' }, headers: { 'access-control-allow-origin': base } }));
    await after(3 * given.renewed);
    await filter(page, 'Period').selectOption('7d');
    await expect.text(page.locator('h1'), 'Your session has ended');
    await expect.count(page.locator('.tile, header, .who'), 0);
    expect.equal(await page.evaluate(() => document.activeElement.localName), 'h1');
    await axe();
    await shot('ended');
    await page.unroute('**/token');
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await figure(page, 'orders', await told('week'));
    expect.equal(page.url(), `${base}/#/?period=7d`);
  }

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForSelector('button[name=logout]');
  await axe();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect.seen(page.getByRole('button', { name: 'Sign in' }));
  await expect.count(page.locator('.tile'), 0);
  // Nothing is left to ask with.
  expect.equal(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('oidc.user'))), []);

  if (given.renewed) {
    // The provider says so in its frame too, and charts of another page say why they show nothing.
    await page.goto(`${base}/embed.html`);
    await expect.eventually(() => page.locator('kubus-chart .said').allInnerTexts(), Array(4).fill('You are not signed in.'), 'signed out');
  }
}
