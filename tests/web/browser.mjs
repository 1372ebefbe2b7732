// A real browser that plays scenarios: each JSON line on its input names one, each line on its output says how it ended.
//
// A scenario is a module whose default export gets { page, base, shot, axe, expect, given } and acts. What it returns is
// the answer. It may export `expected`, patterns of what the console may say. Whatever else the console complains of, an
// error of the page, or a request to another machine fails it.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const AXE = readFileSync(
  createRequire(join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'),
  'utf8',
);
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const HERE = new Set(['127.0.0.1', 'localhost']);
const HEIGHTS = { 390: 844 };
const PATIENCE_MS = 30000;

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Waits until what `look` gives is `wanted`. */
async function eventually(look, wanted, about) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    try {
      assert.deepEqual(found, wanted, about);
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const expect = {
  equal: (found, wanted, about) => assert.deepEqual(found, wanted, about),
  that: (holds, about) => assert.ok(holds, about),
  eventually,
  count: (locator, wanted) => eventually(() => locator.count(), wanted, `count of ${locator}`),
  text: (locator, wanted) =>
    eventually(async () => (await locator.innerText()).trim(), wanted, `text of ${locator}`),
  seen: (locator) => locator.first().waitFor({ state: 'visible' }),
  gone: (locator) => locator.first().waitFor({ state: 'hidden' }),
};

/** Fails on whatever keeps people out, by the rules of WCAG 2.2 AA. */
async function checkAccess(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
  const told = found.violations.map(
    (one) =>
      `${one.id}: ${one.help}\n${one.nodes.map((node) => `  ${node.target} ${node.failureSummary}`).join('\n')}`,
  );
  assert.equal(told.length, 0, `axe on ${page.url()}\n${told.join('\n')}`);
}

async function play(browser, { scenario, name, base, theme, width, zone = 'UTC', given }) {
  const { default: run, expected = [] } = await import(pathToFileURL(scenario));
  const context = await browser.newContext({
    baseURL: base,
    colorScheme: theme,
    viewport: { width, height: HEIGHTS[width] ?? 900 },
    reducedMotion: 'reduce',
    locale: 'en-US',
    timezoneId: zone,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const complaints = [];
  try {
    await context.route(
      (address) => address.protocol.startsWith('http') && !HERE.has(address.hostname),
      (route) => {
        complaints.push(`a request left the machine: ${route.request().url()}`);
        return route.abort();
      },
    );
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(`the page failed: ${error.stack}`));
    page.on('console', (message) => {
      const words = `${message.text()} (${message.location().url})`;
      if (['error', 'warning'].includes(message.type()) && !expected.some((one) => one.test(words))) {
        complaints.push(`the console says: ${words}`);
      }
    });
    const shot = (step) =>
      page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}-${theme}-${width}-${step}.png`) });
    try {
      const answer = await run({
        page,
        base,
        shot,
        axe: () => checkAccess(page),
        expect,
        given,
        theme,
        width,
      });
      assert.deepEqual(complaints, []);
      return answer ?? null;
    } catch (error) {
      await shot('failed').catch(() => {});
      throw new Error([error.stack, ...complaints].join('\n'));
    }
  } finally {
    await context.close();
  }
}

const browser = await chromium.launch({
  executablePath: process.env.BROWSER,
  args: ['--no-sandbox', '--disable-background-networking', '--force-color-profile=srgb'],
});
say({ version: browser.version() });
for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    say({ answer: await play(browser, JSON.parse(line)) });
  } catch (error) {
    say({ failed: error.message });
  }
}
await browser.close();
process.exit(0);
