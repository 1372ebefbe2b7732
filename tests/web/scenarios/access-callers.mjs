// Callers are made, edited with what is wrong told, kept, and asked as; their token is read back; by keyboard too.

export const widths = [1440, 390];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/access');
  await expect.seen(page.getByText('Whom the server sees'));
  await expect.seen(page.getByText('asks now', { exact: true }));

  await page.getByRole('button', { name: 'New caller' }).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  const claims = page.getByRole('textbox', { name: 'Claims' });
  const save = page.getByRole('button', { name: 'Save' });
  await name.fill('Clerk in Oslo');
  const written = () => claims.innerText();
  await expect.eventually(written, '{\n  "sub": "somebody"\n}');
  await claims.fill('{ "groups": ["clerk"], city: "Oslo" }');
  await expect.seen(page.getByText('Expected double-quoted property name'));
  await expect.count(page.locator('.cm-lintRange-error'), 1);
  await expect.that(await save.isDisabled(), 'what cannot be read is not kept');
  await axe();
  await shot('wrong');
  await claims.fill('[]');
  await expect.seen(page.getByText('Claims are an object'));

  // By keyboard, with what this project reads: a claim of a policy, and a group.
  await claims.fill('');
  await page.keyboard.type('{');
  await page.keyboard.press('Control+Space');
  await expect.eventually(
    () =>
      page
        .getByRole('option')
        .filter({ hasText: 'rows of orders' })
        .allInnerTexts()
        .then((all) => all.length),
    1,
  );
  await shot('completion');
  await page.keyboard.type('ci');
  await expect.count(page.getByRole('listbox', { name: 'Completions' }).getByRole('option'), 1);
  await page.keyboard.press('Enter');
  await page.keyboard.type('"Oslo", "groups": ["');
  await expect.seen(page.getByRole('option', { name: /clerk/ }));
  await expect.seen(page.getByRole('option', { name: /manager/ }));
  await page.keyboard.press('Escape');
  await expect.count(page.getByRole('listbox', { name: 'Completions' }), 0);
  // Tab leaves the editor, and does not write into it.
  const before = await written();
  await page.keyboard.press('Tab');
  await expect.eventually(
    () => page.evaluate(() => document.activeElement.closest('.cm-editor') === null),
    true,
  );
  await expect.equal(await written(), before);

  await claims.fill('{"groups":["clerk"],"city":"Oslo","sub":"ann"}');
  const token = page.getByRole('region', { name: 'Token' });
  await expect.eventually(() => token.locator('dl').first().innerText(), 'groups\nclerk\napp id\nSTANDALONE');
  await page.getByRole('button', { name: 'Lay out the claims' }).click();
  await expect.eventually(
    written,
    '{\n  "groups": [\n    "clerk"\n  ],\n  "city": "Oslo",\n  "sub": "ann"\n}',
  );

  // By keyboard: saved with Enter in a field of one line.
  await name.focus();
  await page.keyboard.press('Enter');
  await expect.seen(page.getByRole('option', { name: /Clerk in Oslo/ }));
  await page.getByRole('button', { name: 'Ask as this caller' }).click();
  await expect.seen(page.getByRole('option', { name: /Clerk in Oslo.*asks now/s }));

  // The token says what was written, and whose it is.
  const payload = async () => {
    const [, part] = (await token.locator('pre').innerText()).trim().split('.');
    const { iss, city, exp, iat } = JSON.parse(Buffer.from(part, 'base64url').toString());
    return [iss, city, exp - iat];
  };
  await expect.eventually(payload, ['kubus-dev', 'Oslo', 86400]);
  const text = await token.locator('pre').innerText();
  await expect.seen(token.getByText(/\(in 24 hours\)/));
  await axe();
  await shot('clerk');

  // Kept in this browser.
  await page.reload();
  await expect.seen(page.getByRole('option', { name: /Clerk in Oslo.*asks now/s }));

  // From somebody's token.
  await page.getByRole('button', { name: 'From a token' }).click();
  await page.getByRole('textbox', { name: 'Token' }).fill('abc');
  await expect.seen(page.getByText('This is no token'));
  await page.getByRole('textbox', { name: 'Token' }).fill(text);
  await axe();
  await page.getByRole('button', { name: 'Take over the claims' }).click();
  await expect.eventually(() => name.inputValue(), 'ann');
  await expect.eventually(async () => JSON.parse(await written()), {
    groups: ['clerk'],
    city: 'Oslo',
    sub: 'ann',
  });
  await page.getByRole('button', { name: 'Delete this caller' }).click();
  await expect.gone(page.getByRole('option', { name: /^ann/ }));
  // Taken back by keyboard: the focus is there.
  await expect.seen(page.getByText('ann is deleted'));
  await page.keyboard.press('Enter');
  await expect.seen(page.getByRole('option', { name: /^ann/ }));

  // What is written is there again after a look at another caller, or at another page.
  await name.fill('Ann of Oslo');
  await page.getByRole('option', { name: /^Admin/ }).click();
  await expect.eventually(() => name.inputValue(), 'Admin');
  await page.getByRole('link', { name: 'Health' }).click();
  await page.getByRole('link', { name: 'Access' }).click();
  await page.getByRole('option', { name: /^ann/ }).click();
  await expect.eventually(() => name.inputValue(), 'Ann of Oslo');
  await page.getByRole('button', { name: 'Delete this caller' }).click();
  await expect.gone(page.getByRole('option', { name: /^ann/ }));

  // Without a token this server lets nobody in, and says so.
  await page.getByText('Sends a token').click();
  await expect.seen(page.getByText("Not let in: Authorization header isn't set"));
};
