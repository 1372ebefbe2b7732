// A data source that takes a connection and says nothing: the page waits for the server to find that out, and tells it.

export const themes = ['light'];

export default async ({ page, expect }) => {
  await page.goto('/health');
  await expect.seen(page.getByRole('row', { name: /default postgres does not answer/ }));
};
