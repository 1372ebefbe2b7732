// A question with everything in it, put together with the mouse; its rows are those of the API.

export const themes = ['light'];

export default async ({ page, base, shot, axe, expect }) => {
  const query = () => JSON.parse(new URL(page.url()).searchParams.get('query') ?? '{}');
  const asks = (part, wanted) => expect.eventually(() => query()[part], wanted, part);
  const member = (name) => page.getByRole('treegrid', { name: 'Members' }).getByRole('row', { name });
  const pick = async (button, search) => {
    await button.click();
    await page.getByRole('dialog').getByRole('searchbox').fill(search);
    await page
      .getByRole('option', { name: search.split(' ').at(-1), exact: true })
      .first()
      .click();
  };

  await page.goto('/build');
  await member('Orders').click();
  await member('Total Amount, measure').click();
  await asks('measures', ['Orders.totalAmount']);
  await member('Status, dimension').click();
  await asks('dimensions', ['Orders.status']);
  await page.getByRole('searchbox', { name: 'Search members' }).fill('open');
  await member('Open, segment').click();
  await asks('segments', ['Orders.open']);
  await page.getByRole('searchbox', { name: 'Search members' }).fill('users country');
  await member('Country, dimension').click();
  await asks('dimensions', ['Orders.status', 'Users.country']);

  // A value that there is, chosen of those that are offered.
  await pick(page.getByRole('button', { name: 'Filter', exact: true }), 'Channel');
  await page.getByRole('combobox', { name: 'Values of Orders Channel: add' }).fill('we');
  await page.getByRole('option', { name: 'web' }).click();
  await asks('filters', [{ member: 'Orders.channel', operator: 'equals', values: ['web'] }]);
  await page.keyboard.press('Escape');

  // Any of: a country, or an amount.
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  await pick(page.getByRole('button', { name: 'Add a filter to Group 2' }), 'Users Country');
  await page.getByRole('combobox', { name: 'Values of Users Country: add' }).fill('Canada');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await pick(page.getByRole('button', { name: 'Add a filter to Group 2' }), 'Orders Amount');
  await page.getByRole('textbox', { name: 'Value of Orders Amount' }).fill('900');
  await page.keyboard.press('Enter');
  await expect.eventually(() => query().filters[1], {
    or: [
      { member: 'Users.country', operator: 'equals', values: ['Canada'] },
      { member: 'Orders.amount', operator: 'gt', values: ['900'] },
    ],
  });

  await page.getByRole('button', { name: 'Order', exact: true }).click();
  await page
    .getByRole('radiogroup', { name: 'Order of Orders Total Amount' })
    .getByRole('radio', { name: 'down' })
    .click();
  await page.keyboard.press('Escape');
  await asks('order', [['Orders.totalAmount', 'desc']]);
  await page.getByRole('button', { name: 'Rows', exact: true }).click();
  await page.getByRole('textbox', { name: 'Limit' }).fill('12');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await asks('limit', 12);
  await pickZone();
  await asks('timezone', 'Europe/Berlin');

  await page.getByRole('radio', { name: 'Table' }).click();
  await expect.seen(page.getByText('12 rows in'));
  const answer = await page.request.get(`${base}/cubejs-api/v1/load`, {
    params: { query: JSON.stringify(query()) },
  });
  const rows = (await answer.json()).data;
  const cells = page.locator('[role=rowgroup]:nth-child(2) [role=row]');
  await expect.eventually(
    async () =>
      await cells.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.title))),
    rows.map((row) => [row['Orders.status'], row['Users.country'] ?? '', row['Orders.totalAmount']]),
  );
  await axe();
  await shot('everything');

  async function pickZone() {
    await page.getByRole('button', { name: 'UTC' }).click();
    await page.getByRole('combobox', { name: 'Time zone' }).fill('Berlin');
    await page.getByRole('option', { name: 'Europe/Berlin' }).click();
    await page.keyboard.press('Escape');
  }
};
