// The list of members by keyboard: a view's folders as the model nests them, what is in none, and a hierarchy, whose
// levels are the dimensions that they are.

export const themes = ['light'];

export default async ({ page, shot, axe, expect }) => {
  await page.goto('/build');
  const tree = page.getByRole('treegrid', { name: 'Members' });
  const line = (name) => tree.getByRole('row', { name, exact: true });
  const query = () => JSON.parse(new URL(page.url()).searchParams.get('query') ?? '{}');
  await expect.seen(line('Atlas'));

  await line('Atlas').focus();
  await page.keyboard.press('ArrowRight');
  await expect.eventually(
    async () => (await tree.locator('[role=row][aria-level="2"]').allInnerTexts()).map((text) => text.trim()),
    ['Geography', 'Key figures', 'Count', 'Where on earth'],
  );
  for (const key of ['ArrowDown', 'ArrowRight', 'ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowDown']) {
    await page.keyboard.press(key);
  }
  await page.keyboard.press('Space');
  await expect.eventually(() => query().dimensions, ['Atlas.country']);

  // Its other place is chosen with it; chosen there again, it is out.
  await line('Where on earth, hierarchy').click();
  await expect.count(tree.locator('[role=row][aria-selected=true]'), 2);
  await axe();
  await shot('tree');
  await tree.locator('[role=row][aria-selected=true]').last().click();
  await expect.eventually(query, {});

  await page.getByRole('searchbox', { name: 'Search members' }).fill('near city');
  await expect.eventually(
    async () =>
      (await tree.locator('[role=row][aria-level="2"]').allInnerTexts()).map((text) => text.split(/\s+/)),
    [['City', 'Geography']],
  );
  await page.keyboard.press('Enter');
  await expect.eventually(() => query().dimensions, ['Atlas.city']);
};
