// Who sees which member, and why; narrowed by words and to what differs; reached by keyboard.

export const widths = [1440, 390];

const CALLERS = [
  { id: 'm', name: 'Manager', claims: { groups: ['manager'] } },
  { id: 'c', name: 'Clerk in Oslo', claims: { groups: ['clerk'], city: 'Oslo' } },
  { id: 'x', name: 'Clerk of nowhere', claims: { groups: ['clerk'] } },
  { id: 'n', name: 'Nobody', claims: null },
];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/access');
  await page.evaluate((all) => {
    const project = document.querySelector('meta[name="kubus-project"]').content;
    localStorage.setItem(`kubus.callers.${project}`, JSON.stringify({ all, current: 'm' }));
  }, CALLERS);
  await page.goto('/access/matrix');

  const grid = page.getByRole('region', { name: 'Members and callers' });
  const line = (member) =>
    grid.getByRole('row').filter({ has: page.getByRole('rowheader', { name: member, exact: true }) });
  const words = (member) =>
    line(member)
      .first()
      .getByRole('cell')
      .allInnerTexts()
      .then((all) => all.map((one) => one.trim()));
  await expect.eventually(() => words('count'), ['All', 'Some rows', 'Unclear', 'Refused']);
  await expect.eventually(() => words('email'), ['All', 'Masked', 'Unclear', 'Refused']);
  await expect.eventually(() => words('margin'), ['All', 'Hidden', 'Hidden', 'Refused']);
  await axe();
  await shot('all');

  // Why, by keyboard.
  await grid.getByRole('button', { name: 'Hidden: orders.margin for Clerk in Oslo' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'orders.margin for Clerk in Oslo' });
  await expect.seen(dialog.getByText('hidden: no policy that applies gives it'));
  await axe();
  await shot('why');
  await page.keyboard.press('Escape');
  await expect.gone(dialog);
  await grid.getByRole('button', { name: 'Refused: orders.count for Nobody' }).click();
  await expect.seen(page.getByRole('dialog').getByText("Authorization header isn't set"));
  await page.keyboard.press('Escape');

  const choice = (name) => page.getByRole('group', { name: 'Callers' }).getByText(name, { exact: true });
  await choice('Nobody').click();
  await expect.eventually(() => words('count'), ['All', 'Some rows', 'Unclear']);
  await page.getByPlaceholder('Search members').fill('sales count');
  await expect.seen(page.getByText('1 of 11 members'));
  await expect.count(grid.getByRole('rowheader'), 2);
  await page.getByPlaceholder('Search members').fill('');
  await expect.seen(page.getByText('11 members', { exact: true }));

  // What all of them see alike is left out, until it is asked for.
  await choice('Clerk in Oslo').click();
  await choice('Clerk of nowhere').click();
  await expect.eventually(() => words('count'), ['All']);
  await choice('Nobody').click();
  await choice('Manager').click();
  await choice('Nobody').click();
  await choice('Clerk in Oslo').click();
  await choice('Clerk of nowhere').click();
  await page.getByPlaceholder('Search members').fill('margin');
  await expect.seen(page.getByText('These callers see the same'));
  await axe();
  await page.getByRole('button', { name: 'Show all 11 members' }).click();
  await expect.eventually(() => words('margin'), ['Hidden', 'Hidden']);
};
