// A server that is started anew: the page says so, what was typed is there after it was loaded again, and can be saved.

import { readFileSync } from 'node:fs';

export const widths = [1440, 390];

// What is asked while there is no server, and what an old page is refused.
export const expected = [
  /ERR_CONNECTION_REFUSED/,
  /status of 403/,
  /ERR_CONNECTION_RESET/,
  /ERR_EMPTY_RESPONSE/,
];

const FILE = 'orders.yml';

export default async ({ page, shot, axe, expect, given }) => {
  await page.goto(`/model/files?file=${FILE}`);
  const open = page.getByRole('region', { name: FILE, exact: true });
  await expect.seen(open.getByText('Saved', { exact: true }));
  const editor = page.getByRole('textbox', { name: `Text of ${FILE}` });
  await editor.press('ControlOrMeta+End');
  await page.keyboard.insertText('# while the server was away\n');
  await expect.seen(open.getByText('Not saved', { exact: true }));

  // Whoever runs the server stops it, and starts it on the same port.
  await fetch(given.restart);
  await expect.seen(page.getByText('The server was started anew.'));
  await axe();
  await shot('anew');
  // What this page sends is refused, and nothing is lost by it.
  await open.getByRole('button', { name: 'Save' }).click();
  await expect.seen(open.getByRole('alert'));
  await page.getByRole('button', { name: 'Load again' }).click();
  await expect.seen(open.getByText(/what you were writing before the page was loaded again/));
  // What is not in sight is not on the page.
  await editor.press('ControlOrMeta+End');
  await expect.seen(editor.getByText('# while the server was away'));
  await expect.gone(page.getByText('The server was started anew.'));
  await axe();
  await shot('kept');
  await open.getByRole('button', { name: 'Save' }).click();
  await expect.seen(open.getByText('Saved', { exact: true }));
  expect.that(readFileSync(`${given.folder}/${FILE}`, 'utf8').endsWith('away\n'), 'it is on the disk');
};
