// The main flow without a mouse: from an empty page to a chart, to a table in order, and back.

export default async ({ page, shot, axe, expect }) => {
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent,
    );
  const tabTo = async (name, back = false) => {
    for (let tries = 0; tries < 60; tries++) {
      if (name.test((await focused()) ?? '')) return;
      await press(back ? 'Shift+Tab' : 'Tab');
    }
    throw new Error(`Tab does not lead to ${name}`);
  };

  await page.goto('/');
  await expect.seen(page.getByText('What do you want to know?'));
  await axe();
  await shot('1-welcome');

  await tabTo(/Search members/);
  await page.keyboard.type('orders count');
  await press('Enter');
  await expect.seen(page.getByText('Orders Count', { exact: true }));
  await press('Control+a');
  await page.keyboard.type('orders created');
  // The time is chosen in the tree, where the arrow keys lead.
  await press('ArrowDown', 'ArrowDown', 'Space');
  await expect.eventually(
    () => new URL(page.url()).searchParams.get('query'),
    JSON.stringify({
      measures: ['Orders.count'],
      timeDimensions: [{ dimension: 'Orders.createdAt', granularity: 'month' }],
    }),
  );
  await expect.seen(
    page.getByRole('img', { name: /line chart of Orders Count by Orders Created at, 2\d rows/ }),
  );
  await axe();
  await shot('2-line');

  await tabTo(/^Line$/);
  await press('ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'Space');
  await expect.seen(page.getByRole('grid', { name: 'Rows of the answer' }));
  await expect.seen(page.getByRole('gridcell', { name: 'Total' }));

  await tabTo(/^Count$/);
  await press('Enter');
  await expect.count(page.locator('[role=columnheader][aria-sort=descending]'), 1);
  const counts = page.locator('[role=rowgroup]:nth-child(2) [role=row] [role=gridcell]:nth-child(2)');
  await expect.eventually(async () => {
    const numbers = (await counts.allInnerTexts()).map((text) => Number(text.replace(/\D/g, '')));
    return (
      numbers.length > 5 && numbers.every((number, place) => place === 0 || number <= numbers[place - 1])
    );
  }, true);
  await axe();
  await shot('3-table');

  await tabTo(/^Undo$/, true);
  await press('Enter');
  await expect.count(page.locator('[role=columnheader][aria-sort=descending]'), 0);
  await tabTo(/^Redo$/);
  await press('Enter');
  await expect.count(page.locator('[role=columnheader][aria-sort=descending]'), 1);

  // What had the focus is taken away: it goes on from there, and not from the top of the page.
  await tabTo(/^Remove Orders Created at$/, true);
  await press('Enter');
  await expect.eventually(focused, 'Filter');
};
