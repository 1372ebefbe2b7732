// A view is an address: it can be sent, the browser's way back undoes, and what cannot be read is told.

export const themes = ['light'];

export default async ({ page, shot, expect }) => {
  const query = { measures: ['Orders.count'], dimensions: ['Orders.status'] };
  const address = (more) => `/build?query=${encodeURIComponent(JSON.stringify(query))}${more}`;
  await page.goto(address('&chart=table'));
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));
  await expect.count(page.locator('[role=rowgroup]:nth-child(2) [role=row]'), 5);
  const undo = page.getByRole('button', { name: 'Undo' });
  await expect.that(await undo.isDisabled(), 'there is nothing to undo at first');

  await page.getByRole('radio', { name: 'Pie' }).click();
  await expect.seen(page.getByRole('img', { name: /pie chart/ }));
  await page.getByRole('switch', { name: 'Totals' }).waitFor({ state: 'hidden' });
  await page.goBack();
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));
  await page.goForward();
  await expect.seen(page.getByRole('img', { name: /pie chart/ }));
  await undo.click();
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));

  await page.getByRole('button', { name: 'Copy the address of this view' }).click();
  await expect.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());

  // Other pages keep the view, and do not become part of its history.
  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByRole('link', { name: 'Build' }).click();
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));

  // Pivoted: status in columns, channel in rows; totals of rows, columns and all.
  query.dimensions = ['Orders.status', 'Orders.channel'];
  await page.goto(
    address(
      `&chart=table&pivot=${JSON.stringify({ x: ['Orders.channel'], y: ['Orders.status', 'measures'] })}`,
    ),
  );
  const totals = page.locator('[role=rowgroup]:last-child [role=gridcell]');
  await expect.eventually(
    async () => (await totals.count()) === 7 && (await totals.last().innerText()) !== '',
    true,
  );
  const numbers = async (cells) =>
    (await cells.allInnerTexts()).map((text) => Number(text.replace(/,/g, '')));
  const [, ...columns] = await numbers(totals);
  const all = columns.pop();
  await expect.equal(
    columns.reduce((sum, one) => sum + one),
    all,
    'the totals of columns add up to all',
  );
  const last = page.locator('[role=rowgroup]:nth-child(2) [role=row] [role=gridcell]:last-child');
  await expect.equal(
    (await numbers(last)).reduce((sum, one) => sum + one),
    all,
    'and so do those of rows',
  );
  await shot('pivot');

  await page.goto('/build?query=nonsense&chart=spaceship');
  await expect.seen(page.getByText('The address has a chart and a query that cannot be read.'));
  const fives = { ...query, timeDimensions: [{ dimension: 'Orders.createdAt', dateRange: 5 }], limit: {} };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(fives))}`);
  await expect.seen(page.getByText('The address has a query that cannot be read.'));

  // What was begun anew can be undone, and who did it by keyboard is still there.
  await page.goto(address('&chart=table'));
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));
  const anew = page.getByRole('button', { name: 'Start anew' });
  await anew.focus();
  await page.keyboard.press('Enter');
  await expect.seen(page.getByRole('heading', { name: 'What do you want to know?' }));
  await expect.that(await anew.evaluate((one) => one === document.activeElement), 'the focus stays');
  await undo.click();
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));
};
