// Without a token that the server takes: its words, and no number.

export const expected = [/Failed to load resource: the server responded with a status of 403/];

export default async function ({ page, base, shot, axe, expect, given }) {
  for (const hash of ['', '#/explore']) {
    await page.goto(`${base}/${hash}`);
    await expect.text(page.locator('.refused .said'), given.said);
    await expect.count(page.locator('.tile, .figure, table, svg.chart'), 0);
    expect.equal(/\d/.test(await page.locator('main').innerText()), false, 'a digit');
  }
  await axe();
  await shot(given.step);
}
