// Files that do not compile are told with their place, and lead to the editor.

export const themes = ['light'];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/health');
  const model = page.getByRole('region', { name: 'Data model' });
  await expect.seen(model.getByText('the model of before answers'));
  await expect.seen(model.getByText(/counted/).first());
  await axe();
  await shot('model');
  await model
    .getByRole('link', { name: /orders.yml:\d+/ })
    .first()
    .click();
  await expect.eventually(() => new URL(page.url()).pathname, '/model/files');
};
