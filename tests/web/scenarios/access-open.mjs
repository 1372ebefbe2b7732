// A model that keeps nothing from anybody says so, and where to change that.

export const widths = [1440, 390];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/access/matrix');
  await expect.seen(page.getByRole('heading', { name: 'Everybody sees everything' }));
  await axe();
  await shot('said');
  await page.getByRole('button', { name: /^Show all \d+ members/ }).click();
  await expect.seen(page.getByRole('region', { name: 'Members and callers' }).getByRole('cell').first());
  await page.reload();
  await page.getByRole('link', { name: /^Open .*\.yml/ }).click();
  await expect.eventually(() => new URL(page.url()).pathname, '/model/files');
};
