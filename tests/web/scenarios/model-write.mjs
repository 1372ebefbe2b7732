// A model file is written: completed inside SQL, wrong at its line, mended, saved; and changed by somebody else meanwhile.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const widths = [1440, 390];

// What a refused write of an older version says in the console.
export const expected = [/status of 409/];

const text = (name) => `cubes:
  - name: ${name}
    sql_table: orders
    joins:
      - name: Users
        relationship: many_to_one
        sql: "{CUBE}.user_id = {Users.id}"
    dimensions:
      - {name: id, sql: id, type: number, primary_key: true}
      - {name: status, sql: status, type: string}
    measures:
      - {name: count, type: count}
`;

export default async (at) => {
  const disk = join(at.given.folder, 'cubes', `${at.given.name}.yml`);
  writeFileSync(disk, text(at.given.name));
  try {
    await write(at, disk);
  } finally {
    rmSync(disk);
  }
};

async function write({ page, shot, axe, expect, width, given }, disk) {
  const isNarrow = width < 720;
  const file = `cubes/${given.name}.yml`;
  await page.goto(`/model/files?file=${encodeURIComponent(file)}`);
  const editor = page.getByRole('textbox', { name: `Text of ${file}` });
  await expect.seen(editor);
  const open = page.getByRole('region', { name: file, exact: true });
  await expect.seen(open.getByText('Saved', { exact: true }));

  // A whole measure, whose places are gone through: a name, and the column.
  const offered = page.getByRole('listbox');
  await editor.press('ControlOrMeta+End');
  await page.keyboard.insertText('      - ');
  await page.keyboard.type('sum');
  await offered.getByRole('option', { name: /^sum measure/ }).click();
  await page.keyboard.type('price');
  await page.keyboard.press('Tab');
  await page.keyboard.type('amo');
  // Its columns are those of the table in the database.
  await expect.seen(offered.getByRole('option', { name: /^amount/ }));
  await shot('pattern');
  await page.keyboard.press('Escape');
  await page.keyboard.type('unt');
  await page.keyboard.press('Escape');
  await editor.press('ControlOrMeta+End');
  await page.keyboard.insertText('\n');

  // At the end of the text, a measure with a reference inside its SQL.
  await page.keyboard.insertText('      - name: share\n        type: number\n        sql: "1.0 * {');
  await page.keyboard.type('cou');
  await expect.seen(offered.getByRole('option', { name: /^count/ }));
  await shot('completed');
  await offered
    .getByRole('option', { name: /^count/ })
    .first()
    .click();
  await page.keyboard.insertText('} / {nobody}"\n');
  await page.keyboard.press('Escape');
  const problems = open.getByRole('region', { name: 'Problems' });
  await expect.seen(problems.getByText(/nobody/).first());
  await expect.seen(open.getByText('Not saved', { exact: true }));
  await axe();
  await shot('wrong');

  // Saved though it is wrong: the last right model answers on, and every page says so.
  await open.getByRole('button', { name: 'Save' }).click();
  await expect.seen(open.getByText('Saved', { exact: true }));
  await expect.seen(page.getByText(/1 model problem/));
  await page.getByRole('tab', { name: 'Cubes and views' }).click();
  await expect.seen(page.getByText('The last model that was right answers on.'));
  await shot('stale');
  await page
    .getByRole('link', { name: new RegExp(`${given.name}.yml:`) })
    .first()
    .click();
  await expect.seen(editor);

  // Mended from outside, as by another editor: the page follows.
  writeFileSync(disk, text(given.name).replace('name: status', 'name: state'));
  await expect.seen(page.getByText('Model compiles'));
  await expect.seen(editor.getByText('state').first());

  // Both write: nothing of either is lost.
  await editor.press('ControlOrMeta+End');
  await page.keyboard.insertText('# mine\n');
  const theirs = `${text(given.name)}# of somebody else\n`;
  writeFileSync(disk, theirs);
  await open.getByRole('button', { name: 'Save' }).click();
  await expect.seen(open.getByText(/changed on the disk while you were writing/));
  expect.equal(readFileSync(disk, 'utf8'), theirs);
  await axe();
  await shot('both');
  await open.getByRole('button', { name: 'Save' }).click();
  await expect.seen(open.getByText('Saved', { exact: true }));
  expect.that(readFileSync(disk, 'utf8').endsWith('# mine\n'), 'what was saved is mine');

  // From a name to where it is declared.
  if (!isNarrow) {
    await editor.press('ControlOrMeta+Home');
    for (let line = 1; line < 7; line++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    // Into `id` of `{Users.id}"`.
    for (let step = 0; step < 3; step++) await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('F12');
    await expect.eventually(() => new URL(page.url()).searchParams.get('file'), 'cubes/users.yml');
  }
}
