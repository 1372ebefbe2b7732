// What lies behind an answer; the snippets are given back, for the test to run.

export const themes = ['light'];
export const widths = [1440, 390];

export default async ({ page, shot, axe, expect }) => {
  const query = {
    measures: ['Orders.count', 'Orders.totalAmount'],
    dimensions: ['Orders.status'],
    timeDimensions: [{ dimension: 'Orders.createdAt', dateRange: ['2000-01-01', '2100-12-31'] }],
    filters: [{ member: 'Users.country', operator: 'notEquals', values: ["it's", null] }],
    order: [['Orders.count', 'desc']],
  };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=table`);
  await expect.seen(page.getByText('5 rows in'));
  const tab = async (name) => {
    await page.getByRole('tab', { name, exact: true }).click();
    return page.getByRole('tabpanel', { name });
  };

  const json = (await tab('Query')).getByRole('textbox', { name: 'Query as JSON' });
  await expect.equal(JSON.parse(await json.inputValue()), query);
  // A number is asked without groups, which the view keeps.
  await page.getByRole('radio', { name: 'Number' }).click();
  await expect.seen(page.getByText('1 row in'));
  await expect.equal(JSON.parse(await json.inputValue()), query);
  await page.getByRole('radio', { name: 'Table' }).click();
  await expect.seen(page.getByText('5 rows in'));
  await shot('query');

  const sql = await tab('SQL');
  await expect.seen(sql.getByText(/SELECT/));
  await expect.eventually(async () => /LIMIT|GROUP BY/.test(await sql.innerText()), true);
  await axe();
  await shot('sql');

  const plan = await tab('Plan');
  await expect.seen(plan.getByText('Aggregate', { exact: true }));
  await expect.seen(plan.getByText(/rows of Orders/));
  await axe();
  await shot('plan');

  const timing = await tab('Timing');
  for (const phase of [
    'Who asks',
    'Plan',
    'Waiting',
    'Database',
    'Writing the answer',
    'Network and browser',
  ]) {
    await expect.seen(timing.getByText(phase, { exact: true }));
  }
  await axe();
  await shot('timing');

  const policies = await tab('Policies');
  await expect.seen(policies.getByRole('listitem'));
  await axe();
  await shot('policies');

  const code = await tab('Code');
  const snippets = {};
  for (const language of ['curl', 'Python', 'Python requests', 'JavaScript', 'React']) {
    await code.getByRole('radio', { name: language, exact: true }).click();
    snippets[language] = await code
      .getByRole('figure', { name: language, exact: true })
      .locator('pre')
      .innerText();
  }
  await code.getByRole('button', { name: 'Copy' }).click();
  await expect.eventually(
    () => page.evaluate(() => navigator.clipboard.readText().then((text) => text.trim())),
    snippets.React.trim(),
  );
  await axe();
  await shot('code');

  // What is pasted is asked.
  const pasted = await tab('Query');
  await pasted.getByRole('textbox').fill('{"measures": ["Users.count"');
  await expect.seen(pasted.getByText(/JSON/).last());
  await pasted.getByRole('textbox').fill('{"measures": ["Users.count"]}');
  await pasted.getByRole('button', { name: 'Ask this' }).click();
  await expect.eventually(
    () => new URL(page.url()).searchParams.get('query'),
    '{"measures":["Users.count"]}',
  );
  return snippets;
};
