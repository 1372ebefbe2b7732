// What <kubus-chart> does with queries, tokens, answers and errors, one by one.

export const expected = [/Failed to load resource: the server responded with a status of 40[03]/];

export default async function ({ page, base, shot, axe, expect, given }) {
  await page.goto(`${base}/empty.html`);
  await page.evaluate(async (api) => {
    window.chart = await import(`${api}/kubus-chart.js`);
    window.show = (attributes, properties = {}) => {
      const made = document.createElement('kubus-chart');
      for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, typeof value === 'string' ? value : JSON.stringify(value));
      Object.assign(made, properties);
      document.querySelector('main').append(made);
      return made;
    };
    window.clear = () => document.querySelector('main').replaceChildren();
  }, given.api);
  const inside = page.locator('kubus-chart');
  const month = (more) => ({ measures: ['Orders.count'], timeDimensions: [{ dimension: 'Orders.createdAt', granularity: 'month', dateRange: 'last 6 months' }], ...more });

  // Nobody says who asks.
  await page.evaluate((query) => { window.show({ query, heading: 'Orders' }); }, month());
  await expect.text(inside.locator('.said'), "Authorization header isn't set");
  await expect.count(inside.locator('svg, .number, table'), 0);

  // Once somebody does, for all charts, it is asked again.
  await page.evaluate((token) => { window.chart.KubusChart.token = async () => token; }, given.token);
  await expect.count(inside.locator('svg path'), 1);
  await expect.count(inside.locator('details tbody tr'), 6);
  await axe();

  // A token that is refused: the one who gives tokens is asked for a fresh one, once.
  const calls = await page.evaluate(async ({ query, good, bad }) => {
    window.clear();
    const asked = [];
    const made = window.show({ query }, { token: ({ renew }) => { asked.push(renew); return renew ? good : bad; } });
    await new Promise((resolve) => made.addEventListener('kubus-answer', resolve, { once: true }));
    return asked;
  }, { query: month(), good: given.token, bad: given.bad });
  expect.equal(calls, [false, true]);
  const failure = await page.evaluate(async ({ query, bad }) => {
    window.clear();
    const made = window.show({ query }, { token: () => bad });
    const { detail } = await new Promise((resolve) => made.addEventListener('kubus-error', resolve, { once: true }));
    return [detail.message, detail.status];
  }, { query: month(), bad: given.bad });
  expect.equal(failure, ['Invalid token', 403]);

  // Shapes: what fits, and what is asked for.
  const cases = [
    [{ query: month({ dimensions: ['Orders.channel'] }) }, 'svg path', 3],
    [{ query: month({ dimensions: ['Orders.channel'] }) }, 'ul li', 3],
    [{ query: month(), type: 'area' }, 'svg path', 2],
    [{ query: month(), type: 'bar' }, 'svg rect', 6],
    [{ query: month(), type: 'table' }, 'tbody tr', 6],
    [{ query: { measures: ['Orders.count'], dimensions: ['Orders.channel'] } }, 'svg rect', 3],
    [{ query: { measures: ['Orders.returnRate'] } }, '.number', 1],
    [{ query: { dimensions: ['Orders.channel'] } }, 'tbody tr', 3],
  ];
  for (const [attributes, selector, count] of cases) {
    await page.evaluate((one) => { window.clear(); window.show(one); }, attributes);
    await expect.count(inside.locator(selector), count);
  }
  await page.evaluate(() => { window.clear(); window.show({ query: { measures: ['Orders.returnRate'] }, locale: 'de' }); });
  await expect.eventually(async () => /^\d+,\d\s%$/.test(await inside.locator('.number').innerText()), true, 'percent');

  // What cannot be shown is said.
  const wrong = [
    [{ query: 'no JSON' }, 'The attribute query is no JSON'],
    [{}, 'The attribute query has to be a query as JSON'],
    [{ query: { measures: ['Orders.count'] }, type: 'line' }, 'A line needs a time dimension with a granularity'],
    [{ query: { dimensions: ['Orders.channel'] }, type: 'bar' }, 'A bar needs a measure'],
    [{ query: { measures: ['Orders.cuont'] } }, "'cuont' not found for path 'Orders.cuont'"],
    [{ query: { measures: ['Orders.count'], timeDimensions: [{ dimension: 'Orders.createdAt', compareDateRange: ['this month', 'last month'] }] } }, 'A chart shows one period: compareDateRange is not for it'],
    [{ query: { dimensions: ['Orders.channel'], filters: [{ member: 'Orders.channel', operator: 'equals', values: ['moon'] }] } }, 'No rows'],
  ];
  for (const [attributes, said] of wrong) {
    await page.evaluate((one) => { window.clear(); window.show(one); }, attributes);
    await expect.text(inside.locator('.said'), said);
  }

  // A text is a text, whatever is in it.
  await page.evaluate(() => { window.clear(); window.show({ heading: '<img src=x onerror=alert(1)>', query: { measures: ['Orders.count'] } }); });
  await expect.text(inside.locator('figcaption'), '<img src=x onerror=alert(1)>');

  // A long query goes in a body, a changed one is asked again, and what was asked before is not shown any more.
  const long = { measures: ['Orders.count'], filters: [{ member: 'Orders.number', operator: 'equals', values: Array.from({ length: 300 }, (_, i) => `A-${100001 + i}`) }] };
  const posted = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/v1/load'));
  await page.evaluate((query) => { window.clear(); window.one = window.show({ query }); }, long);
  await posted;
  await expect.text(inside.locator('.number'), '300');
  await page.evaluate((query) => {
    window.one.query = { measures: ['Orders.count'] };
    window.one.query = query;
  }, { ...long, filters: [{ ...long.filters[0], values: ['A-100001'] }] });
  await expect.text(inside.locator('.number'), '1');

  // The calendar's steps, round numbers, gaps.
  expect.equal(await page.evaluate(() => {
    const { steps, ticks, runs, linesOf } = window.chart;
    const at = (day) => Date.parse(`${day}T00:00:00Z`);
    const column = (name, kind, granularity) => ({ name, kind, granularity, title: name, type: kind === 'measure' ? 'number' : 'time' });
    const rows = [{ t: '2024-01-31T00:00:00.000', n: '5' }, { t: '2024-02-02T00:00:00.000', n: null }, { t: '2024-02-03T00:00:00.000', n: '0' }];
    return {
      months: steps(at('2024-01-01'), at('2024-04-01'), 'month').length,
      fiscal: steps(at('2024-01-01'), at('2024-04-01'), 'fortnight'),
      ticks: [ticks([3, 97]), ticks([-5, 5]), ticks([]), ticks([0.013])].map((one) => [one[0], one.at(-1)]),
      runs: runs([1, null, 2, 3, null]),
      values: linesOf([column('t', 'time', 'day'), column('n', 'measure')], rows).lines[0].values,
    };
  }), {
    months: 4, fiscal: [], ticks: [[0, 100], [-5, 5], [0, 1], [0, 0.015]], runs: [[0], [2, 3]], values: [5, null, null, 0],
  });
}
