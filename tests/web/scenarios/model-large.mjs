// A model of hundreds of cubes: of every list and picture only what is in sight is on the page, and all of it is found.

export const widths = [1440, 390];

// Elements that a page of a list may have, however long that is. All of it at once would be tens of thousands.
const MOST = 2500;

export default async ({ page, shot, axe, expect, width, given }) => {
  const isNarrow = width < 720;
  const shown = isNarrow ? 12 : 30;
  const bounded = async (about) => {
    const count = await page.locator('body *').count();
    expect.that(count < MOST, `${about}: ${count} elements`);
  };
  await page.goto('/model');
  const list = page.getByRole('navigation', { name: 'Cubes and views' });
  await expect.seen(list.getByRole('link').first());
  await expect.seen(list.getByText(String(given.cubes), { exact: true }));
  await bounded('cubes');
  await axe();
  await shot('list');
  const last = `cube_${given.cubes - 1}`;
  await list.getByRole('searchbox').fill(last);
  await list.getByRole('link').first().click();
  await expect.eventually(() => new URL(page.url()).searchParams.get('show'), last);
  await expect.seen(page.getByRole('heading', { name: 'Joins' }));
  if (isNarrow) await page.getByRole('link', { name: 'All cubes and views' }).click();
  // Every cube has these: thousands of members.
  await list.getByRole('searchbox').fill('sum3');
  await expect.seen(list.getByRole('link', { name: 'Sum3' }).first());
  await bounded('members that are found');
  await shot('members');

  await page.getByRole('tab', { name: 'Join graph' }).click();
  const picture = page.getByRole('application');
  await expect.seen(picture.getByRole('link').first());
  await expect.seen(page.getByText(`${shown} of ${given.cubes} cubes`));
  await bounded('the graph');
  await axe();
  await shot('graph');
  const around = page.getByRole('searchbox', { name: 'Show the joins around a cube' });
  await around.fill(last);
  await around.press('Enter');
  await expect.seen(page.getByText(`${shown} of ${given.cubes} cubes around ${last}`));
  await expect.seen(picture.getByRole('link', { name: new RegExp(`^Cube${given.cubes - 1}\\b`) }));
  await bounded('the graph around a cube');
  await shot('around');

  await page.getByRole('tab', { name: 'Files' }).click();
  const editor = page.locator('.cm-content');
  await expect.seen(editor);
  if (isNarrow) await page.locator('main button').filter({ hasText: 'yml' }).first().click();
  const files = isNarrow
    ? page.getByRole('dialog', { name: 'Model files' })
    : page.getByRole('navigation', { name: 'Model files' });
  await bounded('files');
  await files.getByRole('searchbox').fill('ratio');
  await expect.seen(files.getByText(`${given.cubes} lines in ${given.cubes} files`));
  await bounded('lines that are found');
  await axe();
  await shot('files');
  // Typing is checked and completed among all of them.
  await files.getByRole('searchbox').fill(`${last}.yml`);
  await files
    .getByRole('link', { name: new RegExp(last) })
    .first()
    .click();
  const open = page.getByRole('region', { name: `cubes/${last}.yml` });
  await expect.seen(open.getByText('Saved', { exact: true }));
  await page.getByRole('textbox', { name: `Text of cubes/${last}.yml` }).press('ControlOrMeta+End');
  await page.keyboard.insertText('      - name: more\n        type: number\n        sql: "{nobo');
  await page.keyboard.type('dy');
  await page.keyboard.press('Escape');
  await page.keyboard.insertText('}"\n');
  await expect.seen(
    open
      .getByRole('region', { name: 'Problems' })
      .getByText(/nobody/)
      .first(),
  );
  await bounded('the editor');
};
