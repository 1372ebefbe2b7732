// The page that docs/embedding.md shows, as it stands there but for the address of the server.

export default async function ({ page, base, expect }) {
  await page.goto(`${base}/page.html`);
  await expect.count(page.locator('kubus-chart svg path'), 1);
  await expect.count(page.locator('kubus-chart details tbody tr'), 12);
}
