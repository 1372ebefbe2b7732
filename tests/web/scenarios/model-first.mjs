// A newcomer with files and no model: tables are picked, cubes accepted, and the first chart is there. By keyboard alone.

export const widths = [1440, 390];

/** Goes on with the keyboard until a control has the focus. */
async function reach(page, control, expect) {
  for (let step = 0; step < 80; step++) {
    if (await control.evaluate((one) => one === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  expect.that(false, `${control} cannot be reached by keyboard`);
}

export default async ({ page, base, shot, axe, expect, theme }) => {
  const isKeyboard = theme === 'light';
  const press = async (control) => {
    if (!isKeyboard) return control.click();
    await reach(page, control, expect);
    return page.keyboard.press('Enter');
  };
  let decisions = 0;
  await page.goto(base);
  await expect.eventually(() => new URL(page.url()).pathname, '/model/tables');
  // Whoever comes to another page first is led here.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Build' }).click();
  await expect.seen(page.getByRole('heading', { name: 'There is no data model yet' }));
  await axe();
  await shot('nothing-to-ask');
  await page.getByRole('link', { name: 'Add tables' }).click();

  // One: these tables. They are few, and picked already.
  await expect.seen(page.getByRole('heading', { name: 'Begin with your tables' }));
  await expect.seen(page.getByText('2 tables picked'));
  await axe();
  await shot('tables');
  decisions += 1;
  await press(page.getByRole('button', { name: 'Propose cubes' }));

  // Two: what was found is right.
  await expect.seen(page.getByText(/customer_id leads to .*its rows confirm it/).first());
  await expect.seen(page.getByText('cubes/sales.yml'));
  await axe();
  await shot('proposed');
  decisions += 1;
  await press(page.getByRole('button', { name: 'Accept 2 files' }));

  await expect.eventually(() => new URL(page.url()).pathname, '/build');
  await expect.seen(page.locator('main canvas, main svg[role=img]').first());
  const { searchParams } = new URL(page.url());
  expect.equal(searchParams.get('chart'), 'line');
  expect.equal(JSON.parse(searchParams.get('query')).timeDimensions[0].dimension, 'sales.sold_at');
  await shot('chart');
  return { decisions };
};
