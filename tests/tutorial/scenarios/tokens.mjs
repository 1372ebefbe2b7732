// One token after another in src/App.tsx, as the tutorial says, and the page is loaded again: while it is changed under
// way, the client's hook may wait for an answer that it has let go. What each of them shows:
// numbers, tiles that are not theirs, masks; or the server's words and no number.

import { readFileSync, writeFileSync } from 'node:fs';
import { answered, figure, filter, tile } from './parts.mjs';

export const expected = [/Failed to load resource: the server responded with a status of 403/];

const NUMBERS = '.tile, .figure, table, .chart';

/** Waits until the server of development has seen what was written. */
async function served(base, line) {
  const address = new URL('/src/App.tsx', base);
  const end = Date.now() + 60_000;
  while (!(await (await fetch(address)).text()).includes(line.replaceAll("'", '"')) && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Strict mode asks for the model twice at a time. The page has to have one, also when the first is answered last. */
function firstOfTwoLast() {
  let before = 0;
  return async (route) => {
    const isFirst = Date.now() - before > 300;
    before = Date.now();
    if (isFirst) await new Promise((resolve) => setTimeout(resolve, 1000));
    // It may be let go by then.
    await route.continue().catch(() => {});
  };
}

export default async function ({ page, base, shot, axe, expect, given }) {
  const put = (token) => writeFileSync(
    given.app,
    readFileSync(given.app, 'utf8').replace(/^const CUBE_TOKEN = '.*';$/m, `const CUBE_TOKEN = '${token}';`),
  );
  for (const [number, one] of given.tokens.entries()) {
    put(one.token);
    await served(base, `const CUBE_TOKEN = '${one.token}';`);
    if (number === 1) await page.route('**/v1/meta', firstOfTwoLast());
    if (number === 2) await page.unroute('**/v1/meta');
    await (number === 0 ? page.goto(base, { timeout: 60_000 }) : page.reload({ timeout: 60_000 }));
    if (one.refused) {
      await page.waitForFunction((said) => document.querySelector('.refused .said')?.innerText === said, one.refused, { timeout: 60_000 });
      await expect.count(page.locator(NUMBERS), 0);
      expect.equal(/\d/.test(await page.locator('main').innerText()), false, 'a digit');
    } else if (one.nothing) {
      await page.waitForSelector('p.empty', { timeout: 60_000 });
      await expect.text(page.locator('p.empty'), 'There is nothing on this dashboard that you may see.');
      await expect.count(page.locator(NUMBERS), 0);
    } else {
      await figure(page, 'orders', one.orders);
      await answered(page);
      await expect.eventually(() => tile(page, 'revenue').locator('.figure').allInnerTexts(), one.revenue ? [one.revenue] : [], 'revenue');
      await expect.eventually(() => page.locator('.note').allInnerTexts(), one.note ? [one.note] : [], 'note');
      const customers = async () => {
        const rows = await tile(page, 'customers').locator('tbody tr').allInnerTexts();
        return [rows.length, rows.filter((row) => /^Customer \d+\s+•••/.test(row)).length];
      };
      await expect.eventually(customers, one.revenue ? [8, one.masked ? 8 : 0] : [0, 0], 'customers, and masked ones');
      // What a filter offers is asked besides what tiles show.
      const countries = () => filter(page, 'Country').locator('option').allInnerTexts();
      if (one.countries) await expect.eventually(countries, ['All countries', ...one.countries], 'countries');
      else await expect.eventually(async () => (await countries()).length > 10, true, 'countries');
    }
    // The overview itself is looked at by another scenario.
    if (one.refused || one.nothing) await axe();
    await shot(one.who);
  }
  put('');
}
