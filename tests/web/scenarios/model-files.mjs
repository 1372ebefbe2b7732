// Files are found, laid out, renamed, deleted and had back; what a deletion would break is told first; and what others
// do to a file meanwhile.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const widths = [1440, 390];

const cube = (name, more = '') => `cubes:
- name:   ${name}
  sql_table: orders
  dimensions:
  - {name: id, sql: id, type: number, primary_key: true}
${more}`;

export default async (at) => {
  const folder = join(at.given.folder, 'scratch', at.given.name);
  mkdirSync(folder, { recursive: true });
  const base = `base_${at.given.name}`;
  writeFileSync(join(folder, 'base.yml'), cube(base));
  writeFileSync(
    join(folder, 'child.yml'),
    `cubes:\n  - name: child_${at.given.name}\n    extends: ${base}\n`,
  );
  try {
    await work(at, folder, `scratch/${at.given.name}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

async function work({ page, shot, axe, expect, width, given }, folder, below) {
  const isNarrow = width < 720;
  const list = async () => {
    if (!isNarrow) return page.getByRole('navigation', { name: 'Model files' });
    await page
      .locator('main button')
      .filter({ hasText: /yml|Files/ })
      .first()
      .click();
    return page.getByRole('dialog', { name: 'Model files' });
  };
  const open = (file) => page.getByRole('region', { name: `${below}/${file}`, exact: true });
  const more = async (file, action) => {
    await open(file).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };
  const saved = (file) => expect.seen(open(file).getByText('Saved', { exact: true }));

  // Found by what is in it.
  await page.goto('/model/files');
  let side = await list();
  await side.getByRole('searchbox').fill(`extends: base_${given.name}`);
  await expect.seen(side.getByText('1 line in 1 file'));
  await shot('found');
  await side.getByRole('link', { name: /^\d+\s*extends/ }).click();
  await expect.eventually(() => new URL(page.url()).searchParams.get('file'), `${below}/child.yml`);
  await saved('child.yml');

  // Laid out, and undone by the editor's own undo; what is typed stays while another file is looked at.
  await page.goto(`/model/files?file=${encodeURIComponent(`${below}/base.yml`)}`);
  await saved('base.yml');
  const editor = page.getByRole('textbox', { name: `Text of ${below}/base.yml` });
  await open('base.yml').getByRole('button', { name: 'More' }).click();
  await expect.seen(page.getByRole('menuitem', { name: 'Format' }));
  await axe();
  await shot('menu');
  await page.getByRole('menuitem', { name: 'Format' }).click();
  await expect.seen(editor.getByText(`- name: base_${given.name}`));
  side = await list();
  await side.getByRole('searchbox').fill('child.yml');
  await side.getByRole('link', { name: new RegExp(`${below}/child.yml`) }).click();
  await saved('child.yml');
  side = await list();
  if (!isNarrow) await side.getByRole('searchbox').fill('');
  await side.getByRole('link', { name: new RegExp(`${below}/base.yml`) }).click();
  await expect.seen(open('base.yml').getByText('Not saved', { exact: true }));
  await expect.seen(editor.getByText(`- name: base_${given.name}`));
  // So it does on another page and back.
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Health' }).click();
  await page.goBack();
  await expect.seen(open('base.yml').getByText('Not saved', { exact: true }));
  await open('base.yml').getByRole('button', { name: 'Discard' }).click();
  await saved('base.yml');
  await expect.seen(editor.getByText(`- name:   base_${given.name}`));
  await more('base.yml', 'Format');
  await open('base.yml').getByRole('button', { name: 'Save' }).click();
  await saved('base.yml');
  expect.that(
    readFileSync(join(folder, 'base.yml'), 'utf8').includes('  - name: base_'),
    'it is laid out on the disk',
  );

  // What was there before is looked at, and left.
  await more('base.yml', 'Earlier versions');
  const versions = page.getByRole('dialog', { name: /Earlier versions/ });
  await expect.seen(versions.getByText(/as it was until/));
  await axe();
  await shot('versions');
  await versions
    .getByRole('button', { name: /Take over/ })
    .first()
    .click();
  await expect.seen(open('base.yml').getByText(/This is what was in the file before/));
  await shot('earlier');
  await open('base.yml').getByRole('button', { name: 'Discard' }).click();
  await saved('base.yml');

  // Renamed, with what is typed in it.
  await editor.press('ControlOrMeta+End');
  await page.keyboard.insertText('# typed\n');
  await more('base.yml', 'Rename or move');
  const rename = page.getByRole('dialog', { name: /^Rename/ });
  await rename.getByRole('textbox').fill(`${below}/child.yml`);
  await expect.seen(rename.getByText('There is such a file already'));
  await rename.getByRole('textbox').fill(`${below}/deep/parent.yml`);
  await axe();
  await shot('rename');
  await rename.getByRole('button', { name: 'Rename' }).click();
  await expect.seen(open('deep/parent.yml').getByText('Not saved', { exact: true }));
  expect.that(!existsSync(join(folder, 'base.yml')), 'the old name is free');
  await open('deep/parent.yml').getByRole('button', { name: 'Save' }).click();
  await saved('deep/parent.yml');
  expect.that(
    readFileSync(join(folder, 'deep/parent.yml'), 'utf8').endsWith('# typed\n'),
    'what was typed is saved',
  );

  // Deleted though another refers to it: that is told, and it can be had back.
  await more('deep/parent.yml', 'Delete');
  const remove = page.getByRole('dialog', { name: /^Delete/ });
  await expect.seen(remove.getByText(`${below}/child.yml`, { exact: false }));
  await axe();
  await shot('delete');
  await remove.getByRole('button', { name: 'Delete it all the same' }).click();
  await expect.seen(page.getByText(`${below}/deep/parent.yml is deleted.`));
  expect.that(!existsSync(join(folder, 'deep/parent.yml')), 'it is gone');
  await expect.seen(page.getByText(/model problem/));
  await axe();
  await shot('deleted');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await saved('deep/parent.yml');
  await expect.seen(page.getByText('Model compiles'));
  expect.that(existsSync(join(folder, 'deep/parent.yml')), 'it is there again');

  // Of those that are gone: this one under its first name.
  side = await list();
  await side.getByRole('button', { name: 'Deleted' }).click();
  const gone = page.getByRole('dialog', { name: 'Files that are deleted' });
  await expect.seen(gone.getByText(`${below}/base.yml`).first());
  await shot('gone');
  await gone
    .getByRole('button', { name: new RegExp(`Take over ${below}/base.yml`) })
    .first()
    .click();
  await expect.seen(open('base.yml').getByText('Not saved', { exact: true }));
  await expect.seen(
    open('base.yml')
      .getByText(/duplicate/i)
      .first(),
  );
  await open('base.yml').getByRole('button', { name: 'Discard' }).click();
  await expect.seen(page.getByRole('heading', { name: `There is no file ${below}/base.yml` }));

  // Somebody else deletes a file in which one writes.
  await page.goto(`/model/files?file=${encodeURIComponent(`${below}/child.yml`)}`);
  await saved('child.yml');
  const child = page.getByRole('textbox', { name: `Text of ${below}/child.yml` });
  await child.press('ControlOrMeta+End');
  await page.keyboard.insertText('# mine\n');
  rmSync(join(folder, 'child.yml'));
  await expect.seen(open('child.yml').getByText(/Somebody else deleted the file/));
  await shot('vanished');
  await open('child.yml').getByRole('button', { name: 'Save' }).click();
  await saved('child.yml');
  expect.that(readFileSync(join(folder, 'child.yml'), 'utf8').endsWith('# mine\n'), 'it is written anew');
}
