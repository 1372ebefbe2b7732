// What stands where an answer would be: nothing asked, no rows, refused, still running, stopped; narrow, too.

export const widths = [1440, 390];
// The refusal is part of the play, and the browser tells of it.
export const expected = [/status of 400/];

export default async ({ page, shot, axe, expect, width }) => {
  const open = (query) => page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}`);
  await page.goto('/build');
  await expect.seen(page.getByRole('heading', { name: 'What do you want to know?' }));
  await shot('1-welcome');
  if (width < 500) {
    await page.getByRole('button', { name: 'Choose members' }).click();
    await expect.seen(page.getByRole('dialog', { name: 'Members' }));
    await axe();
    await shot('1-members');
    await page.getByRole('button', { name: 'Close' }).click();
  }
  await page.getByRole('button', { name: 'Line Items Count by month' }).click();
  await expect.seen(page.getByRole('img', { name: /line chart of Line Items Count/ }));

  await open({
    measures: ['Orders.count'],
    dimensions: ['Orders.status'],
    filters: [{ member: 'Orders.status', operator: 'equals', values: ['nowhere'] }],
  });
  await expect.seen(page.getByRole('heading', { name: 'No rows' }));
  await axe();
  await shot('2-no-rows');

  await open({ measures: ['Orders.nothing'] });
  await expect.seen(page.getByRole('alert').getByText("'nothing' not found for path 'Orders.nothing'"));
  await axe();
  await shot('3-refused');

  await open({ measures: ['Slow.answer'] });
  await expect.seen(page.getByRole('heading', { name: 'Still running' }));
  await axe();
  await shot('4-still-running');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.seen(page.getByRole('heading', { name: 'Stopped' }));
  await expect.seen(page.getByRole('button', { name: 'Ask again' }));
};
