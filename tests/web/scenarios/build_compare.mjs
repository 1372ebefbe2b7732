// A range is compared with what lies before it, chosen at its chip, in every form; and with ranges of one's own. What
// the forms say is given back, for the test to compare, and so are the files and the code.

import { readFileSync } from 'node:fs';

export const themes = ['light', 'dark'];
export const widths = [1440, 390];

export default async ({ page, shot, axe, expect, width, given }) => {
  const query = {
    measures: ['Orders.count', 'Orders.totalAmount'],
    timeDimensions: [{ dimension: 'Orders.createdAt', granularity: 'month', dateRange: given }],
  };
  const search = () => new URL(page.url()).searchParams;
  const form = async (name) => {
    await page.getByRole('radio', { name, exact: true }).click();
    await expect.seen(page.getByText(/rows? in [\d,]+ ms/));
  };
  const told = {};
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=line`);
  await expect.seen(page.getByText('3 rows in'));

  // With the keyboard: the chip, the choice, and away.
  await page.getByRole('button', { name: /^Orders Created at/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /Compared with/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'the period before it' }).focus();
  await page.keyboard.press('Enter');
  await expect.eventually(() => search().get('against'), 'period:Orders.createdAt');
  await expect.gone(page.getByRole('listbox'));
  await shot('1-popup');
  await page.keyboard.press('Escape');
  await expect.seen(page.getByRole('img', { name: /^line chart of Orders Count, .* by .*Range, 6 rows/ }));
  await shot('2-line');

  const json = page.getByRole('textbox', { name: 'Query as JSON' });
  told.asked = JSON.parse(await json.inputValue());

  await form('Number');
  told.numbers = await page.locator('dl > div').allInnerTexts();
  await axe();
  await shot('3-number');

  await form('Table');
  const cells = (rows) =>
    page
      .locator(`[role=rowgroup]:nth-child(${rows}) [role=row]`)
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  await expect.eventually(async () => (await cells(3)).length, 2, 'a total for each range');
  told.rows = await cells(2);
  told.totals = await cells(3);
  await axe();
  await shot('4-table');

  await form('Pie');
  await expect.seen(page.getByRole('heading', { name: 'No pie of this' }));
  await form('Heat map');
  await page.getByRole('button', { name: 'The measure that is drawn' }).click();
  await page.getByRole('option', { name: 'Orders Total Amount' }).click();
  await expect.seen(page.getByRole('img', { name: /^heat chart of Orders Total Amount by/ }));
  await expect.equal(search().get('measure'), 'Orders.totalAmount');
  await axe();
  await shot('5-heat');
  if (width < 500) return told;

  await form('Bar');
  await page.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV' }).click(),
  ]);
  told.csv = readFileSync(await download.path(), 'utf8');

  // The statement of each range.
  await page.getByRole('tab', { name: 'SQL' }).click();
  const ranges = page.getByRole('radiogroup', { name: 'Range' });
  await expect.seen(ranges);
  told.parameters = [];
  for (const range of await ranges.getByRole('radio').all()) {
    await range.click();
    told.parameters.push(await page.getByRole('list', { name: 'Parameters' }).innerText());
  }

  await page.getByRole('tab', { name: 'Code' }).click();
  const code = page.getByRole('tabpanel', { name: 'Code' });
  told.code = {};
  for (const language of ['curl', 'Python', 'Python requests', 'JavaScript', 'React']) {
    await code.getByRole('radio', { name: language, exact: true }).click();
    told.code[language] = await code
      .getByRole('figure', { name: language, exact: true })
      .locator('pre')
      .innerText();
  }

  // Ranges of one's own are in the query itself, and undo leads back.
  await page.getByRole('button', { name: /^Orders Created at/ }).click();
  await page.getByRole('button', { name: /Compared with/ }).click();
  await page.getByRole('option', { name: 'ranges of your own' }).click();
  await expect.eventually(
    () => JSON.parse(search().get('query')).timeDimensions[0].compareDateRange,
    [given, 'last year'],
  );
  await expect.equal(search().get('against'), null);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.eventually(() => search().get('against'), 'period:Orders.createdAt');

  // The query is taken along to where callers are compared.
  await page.getByRole('tab', { name: 'Policies' }).click();
  await page.getByRole('link', { name: "Compare with another caller's answer" }).click();
  await expect.eventually(
    async () => JSON.parse(await page.getByRole('textbox', { name: 'Query' }).inputValue()),
    told.asked,
  );
  const sides = page.getByRole('region', { name: 'Rows' }).locator('tbody tr');
  await expect.count(sides, 6);
  told.sides = (await sides.allInnerTexts()).map((text) => text.split(/\s*[\t\n]\s*/)[0]);
  return told;
};
