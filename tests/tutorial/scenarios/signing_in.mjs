// Signing in at the provider, by keyboard, seeing what is theirs, a token that is renewed silently, and signing out.

import { answered, figure, filter } from './parts.mjs';

export const expected = [/Failed to load resource: the server responded with a status of 400/];

export default async function ({ page, base, shot, axe, expect, given }) {
  const tokens = new Set();
  const grants = [];
  page.on('request', (request) => {
    const sent = request.headers().authorization;
    if (request.url().includes('/v1/load') && sent) tokens.add(sent);
    if (request.url().endsWith('/token')) grants.push(new URLSearchParams(request.postData()).get('grant_type'));
  });

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
  await figure(page, 'orders', given.orders);
  await shot('signed-in');
  expect.equal(grants, ['authorization_code']);
  expect.equal(tokens.size, 1);

  if (given.renewed) {
    // The token is about to end, and nobody notices: the next question is asked with another one, which all tiles share.
    await page.clock.setFixedTime(Date.now() + given.renewed * 1000);
    await filter(page, 'Period').selectOption('30d');
    await figure(page, 'orders', given.ordersOfMonth);
    await answered(page);
    expect.equal(grants, ['authorization_code', 'refresh_token']);
    expect.equal(tokens.size, 2);
    await page.reload();
    await answered(page);
    expect.equal(grants.length, 2);

    // A session that is over at the provider says so, shows no number, and is begun anew where it was.
    await page.route('**/token', (route) => route.fulfill({ status: 400, json: { error: 'invalid_grant' }, headers: { 'access-control-allow-origin': base } }));
    await page.clock.setFixedTime(Date.now() + 2 * given.renewed * 1000);
    await page.reload();
    await expect.text(page.locator('.refused .said'), 'Your session has ended. Sign in again.');
    await expect.count(page.locator('.tile'), 0);
    await axe();
    await page.unroute('**/token');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await figure(page, 'orders', given.ordersOfMonth);
  }

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForSelector('button[name=logout]');
  await axe();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect.seen(page.getByRole('button', { name: 'Sign in' }));
  await expect.count(page.locator('.tile'), 0);
  // Nothing is left to ask with.
  expect.equal(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith('oidc.user'))), []);
}
