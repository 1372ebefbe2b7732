// A real browser, driven. It answers each JSON line on its input with one on its output.

import readline from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.BROWSER,
  args: ['--no-sandbox', '--disable-background-networking'],
});
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

// Opens a page, logs in where it leads, and gives what the page says of itself when it is done.
async function login({ url, account }) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20000);
    // Nothing leaves this machine.
    await page.route((address) => address.hostname !== '127.0.0.1', (route) => route.abort());
    await page.goto(url, { waitUntil: 'domcontentloaded' });
    await page.fill('input[name=login]', account);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
    await page.waitForSelector('input[value=consent]', { state: 'attached' });
    await page.click('button[type=submit]');
    await page.waitForSelector('#done');
    return JSON.parse(await page.textContent('#done'));
  } finally {
    await context.close();
  }
}

say({ version: browser.version() });
for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    say(await login(JSON.parse(line)));
  } catch (error) {
    say({ failed: String(error) });
  }
}
await browser.close();
process.exit(0);
