// A model is looked at: cubes, views and their members, found by typing; the join graph, as a picture and as a list.

export const widths = [1440, 390];

export default async ({ page, shot, axe, expect, width }) => {
  const isNarrow = width < 720;
  await page.goto('/model');
  const list = page.getByRole('navigation', { name: 'Cubes and views' });
  await expect.seen(list.getByRole('link', { name: 'Orders', exact: true }));
  await axe();
  await shot('list');

  await list.getByRole('searchbox').fill('revenue');
  const member = list.getByRole('link', { name: /revenue/i }).first();
  await expect.seen(member);
  await list.getByRole('searchbox').fill('');
  await list.getByRole('link', { name: 'Orders', exact: true }).click();
  await expect.seen(page.getByRole('heading', { name: 'Orders', exact: true }));
  await expect.seen(page.getByRole('rowheader', { name: /Status/ }));
  await expect.seen(page.getByRole('heading', { name: 'Joins' }));
  await axe();
  await shot('cube');
  if (isNarrow) await page.getByRole('link', { name: 'All cubes and views' }).click();
  await list.getByRole('link', { name: 'Sales', exact: true }).click();
  await expect.seen(page.getByRole('heading', { name: 'Folders' }));
  await expect.seen(page.getByRole('link', { name: 'Users.city' }));
  await axe();
  await shot('view');

  await page.getByRole('tab', { name: 'Join graph' }).click();
  const picture = page.getByRole('application');
  await expect.seen(picture.getByRole('link', { name: /Orders/ }).first());
  const joins = page.getByRole('region', { name: 'Joins as a list' });
  await expect.seen(joins.getByText('many to one').first());
  await axe();
  await shot('graph');
  // The ways of a view stand out in both.
  await page.getByRole('button', { name: /Ways of a view/ }).click();
  await page.getByRole('option', { name: 'Sales' }).click();
  await expect.count(joins.locator('li[data-on]'), 1);
  await shot('ways');
  // A click on a cube leads to it.
  await picture
    .getByRole('link', { name: /^Orders/ })
    .first()
    .click();
  await expect.eventually(() => new URL(page.url()).search, '?show=Orders');
};
