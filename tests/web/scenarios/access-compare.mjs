// Two callers' answers to one query: what differs is marked, who is refused is told why.

export const widths = [1440, 390];
// Who is refused is refused by status 403, of which browsers tell the console.
export const expected = [/status of 403 .*orders.margin/];

const CALLERS = [
  { id: 'm', name: 'Manager', claims: { groups: ['manager'] } },
  { id: 'c', name: 'Clerk in Oslo', claims: { groups: ['clerk'], city: 'Oslo' } },
  { id: 'r', name: 'Clerk in Rome', claims: { groups: ['clerk'], city: 'Rome' } },
];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/access');
  await page.evaluate((all) => {
    const project = document.querySelector('meta[name="kubus-project"]').content;
    localStorage.setItem(`kubus.callers.${project}`, JSON.stringify({ all, current: 'm' }));
  }, CALLERS);
  await page.goto('/access/compare');

  // What the model can answer is there to begin with.
  const rows = page.getByRole('region', { name: 'Rows' });
  await expect.seen(rows);
  const query = page.getByRole('textbox', { name: 'Query' });
  await query.fill(
    '{"measures": ["orders.count", "orders.revenue"], "dimensions": ["orders.city", "orders.status"], "order": {"orders.city": "asc", "orders.status": "asc"}}',
  );
  await expect.eventually(
    () =>
      rows
        .locator('tbody tr')
        .allInnerTexts()
        .then((all) => all.map((row) => row.replaceAll('\n', ' ').split(/\s*\t\s*/))),
    [
      ['Bonn', 'done', '1', '–', '$60.00', '–', 'only Manager'],
      ['Oslo', 'done', '1', '1', '$80.00', '$80.00', 'same'],
      ['Oslo', 'new', '1', '1', '$120.50', '$120.50', 'same'],
      ['Rome', 'done', '1', '–', '$310.00', '–', 'only Manager'],
      ['Rome', 'new', '1', '–', '$45.25', '–', 'only Manager'],
    ],
  );
  await expect.seen(page.getByText('2 the same, 0 different, 3 only for Manager, 0 only for Clerk in Oslo'));
  const why = page.getByRole('region', { name: 'Why' });
  await expect.seen(why.getByText(/Rule: .*orders.city equals Oslo/));
  await axe();
  await shot('rows');

  await query.fill('{"measures": ["orders.revenue"]}');
  await expect.eventually(
    () =>
      rows
        .locator('tbody tr')
        .innerText()
        .then((row) => row.split(/\s*\t\s*/)),
    ['$615.75', '$200.50', 'differs'],
  );
  await page.getByRole('button', { name: 'Swap the callers' }).click();
  await expect.eventually(
    () =>
      rows
        .locator('tbody tr')
        .innerText()
        .then((row) => row.split(/\s*\t\s*/)),
    ['$200.50', '$615.75', 'differs'],
  );

  await query.fill('{"measures": ["orders.margin"], "dimensions": ["orders.city"]}');
  await expect.seen(page.getByText(/Clerk in Oslo is refused: .*hidden member/));
  await axe();
  await shot('refused');

  await query.fill('{"measures": ["orders.count"], "dimensions": ["orders.email"]}');
  await expect.seen(rows.getByText('…@…'));
  await query.fill('{"measures"');
  await expect.seen(page.getByText('The query cannot be read.'));
};
