// From a cell of the table on: its value copied, kept or left out, and the rows behind a number, which are as many as it
// says.

export const themes = ['light'];

export default async ({ page, shot, axe, expect }) => {
  const asked = {
    measures: ['Orders.count'],
    dimensions: ['Orders.status'],
    timeDimensions: [{ dimension: 'Orders.createdAt', granularity: 'quarter', dateRange: 'last year' }],
    filters: [{ member: 'Orders.amount', operator: 'gt', values: ['900'] }],
    order: [
      ['Orders.createdAt', 'asc'],
      ['Orders.status', 'asc'],
    ],
  };
  const query = () => JSON.parse(new URL(page.url()).searchParams.get('query'));
  const grid = page.getByRole('grid', { name: 'Rows of the answer' });
  const cell = (row, column) =>
    grid.locator(`[role=row][aria-rowindex="${row + 1}"] [role=gridcell][aria-colindex="${column}"]`);
  const actions = page.getByRole('menu', { name: 'With this value' });
  const act = (name) => actions.getByRole('menuitem', { name }).click();
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(asked))}&chart=table`);
  await expect.seen(cell(1, 3));
  const count = Number((await cell(2, 3).innerText()).replace(',', ''));
  const status = await cell(2, 2).innerText();

  // With the keyboard to the second row and its last cell.
  await grid.focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'End', 'Enter']) await page.keyboard.press(key);
  await expect.seen(actions);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.gone(actions);
  await expect.equal(await page.evaluate(() => navigator.clipboard.readText()), String(count));
  await expect.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'grid');
  await page.keyboard.press('Enter');
  await expect.seen(actions);
  await shot('menu');
  await act('The rows behind this Count');
  await expect.seen(page.getByText(`${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'} in`));
  await expect.equal(query().dimensions.includes('Orders.number'), true);
  await expect.seen(page.getByText('only rows that it is made of'));
  await axe();
  await shot('behind');
  await page.getByRole('button', { name: 'Undo' }).click();

  await cell(2, 2).click();
  await act(`Without ${status}`);
  await expect.eventually(() => query().filters.at(-1), {
    member: 'Orders.status',
    operator: 'notEquals',
    values: [status],
  });
  await expect.eventually(async () => (await cell(2, 2).innerText()) !== status, true);
  const quarter = await cell(1, 1).innerText();
  await cell(1, 1).click();
  await act(`Only ${quarter}`);
  await expect.eventually(() => query().timeDimensions[0].dateRange[0].slice(5), '01-01');
};
