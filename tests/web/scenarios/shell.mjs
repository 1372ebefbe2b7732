// The pages open from the rail, by mouse and by keyboard; the address is that of the page; themes switch and stay.

export const widths = [1440, 390];

export default async ({ page, shot, axe, expect, theme }) => {
  await page.goto('/');
  await expect.eventually(() => new URL(page.url()).pathname, '/build');
  await expect.seen(page.getByText('Model compiles'));
  for (const title of ['Model', 'Access', 'Health', 'Build']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: title }).click();
    await expect.eventually(() => new URL(page.url()).pathname, `/${title.toLowerCase()}`);
    await expect.eventually(() => page.title(), `${title} · shop · kubus`);
    await expect.count(page.locator(`nav [aria-current=page]:text("${title}")`), 1);
  }
  await axe();
  await shot('build');

  await expect.equal(await page.locator('html').getAttribute('data-theme'), theme);
  const other = theme === 'light' ? 'dark' : 'light';
  await page.getByRole('button', { name: `Use the ${other} theme` }).click();
  await page.reload();
  await expect.eventually(() => page.locator('html').getAttribute('data-theme'), other);
};
