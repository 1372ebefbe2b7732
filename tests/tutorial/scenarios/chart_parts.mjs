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
    window.clear = () => document.querySelectorAll('kubus-chart').forEach((one) => one.remove());
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

  // Charts that share who gives tokens ask at the same time once, and once more for a token that is refused.
  const shared = await page.evaluate(async ({ query, good, bad }) => {
    window.clear();
    const asked = [];
    const give = async ({ renew }) => {
      asked.push(renew);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return renew ? good : bad;
    };
    const made = [1, 2, 3].map(() => window.show({ query }, { token: give }));
    await Promise.all(made.map((one) => new Promise((resolve) => one.addEventListener('kubus-answer', resolve, { once: true }))));
    return asked;
  }, { query: month(), good: given.token, bad: given.bad });
  expect.equal(shared, [false, true]);

  // Who gives none says why, and no number is shown. A chart that is taken out of the page asks nothing any more.
  await page.evaluate((query) => { window.clear(); window.show({ query }, { token: async () => { throw new Error('Sign in first'); } }); }, month());
  await expect.text(inside.locator('.said[role=alert]'), 'Sign in first');
  await expect.count(inside.locator('svg, .number, table'), 0);
  const loads = [];
  const note = (request) => request.url().includes('/v1/load') && loads.push(request.failure()?.errorText ?? 'asked');
  const answers = await page.evaluate(() => {
    window.clear();
    window.told = [];
    const made = document.createElement('kubus-chart');
    for (const name of ['kubus-answer', 'kubus-error']) made.addEventListener(name, () => window.told.push(name));
    window.gone = made;
    return window.told;
  });
  expect.equal(answers, []);
  page.on('requestfailed', note);
  await page.route('**/v1/load*', async (route) => { await new Promise((resolve) => setTimeout(resolve, 400)); await route.continue().catch(() => {}); });
  const sent = page.waitForRequest('**/v1/load*');
  await page.evaluate((query) => { window.gone.query = query; document.querySelector('main').append(window.gone); }, month());
  await sent;
  await page.evaluate(() => window.gone.remove());
  await expect.eventually(() => loads, ['net::ERR_ABORTED'], 'aborted');
  await page.unroute('**/v1/load*');
  page.off('requestfailed', note);
  page.on('request', note);
  await page.evaluate((query) => {
    window.show({ query, id: 'slow' }, { token: () => new Promise((resolve) => { window.give = resolve; }) });
  }, month());
  await page.waitForFunction(() => window.give);
  await page.evaluate((token) => { document.getElementById('slow').remove(); window.give(token); }, given.token);
  expect.equal(await page.evaluate(async () => { await new Promise((resolve) => setTimeout(resolve, 100)); return window.told; }), []);
  expect.equal(loads, ['net::ERR_ABORTED']);
  page.off('request', note);

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
    // Measures of two units: two scales.
    [{ query: month({ measures: ['Orders.count', 'Orders.returnRate'] }) }, 'svg[aria-label*="rows"]', 2],
    [{ query: { measures: ['Orders.count', 'Orders.returnRate'], dimensions: ['Orders.channel'] } }, 'svg[aria-label*="rows"]', 2],
    [{ query: { measures: ['Orders.count', 'Orders.buyers'], dimensions: ['Orders.channel'] } }, 'svg[aria-label*="rows"]', 1],
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
    [{ query: { measures: ['Orders.count'], dimensions: ['Orders.channel'] }, type: 'number' }, 'A number shows one row, and the answer has 3: leave out what groups them, or set a limit of 1'],
    [{ query: { measures: ['Orders.cuont'] } }, "'cuont' not found for path 'Orders.cuont'"],
    [{ query: { measures: ['Orders.count'], timeDimensions: [{ dimension: 'Orders.createdAt', compareDateRange: ['this month', 'last month'] }] } }, 'A chart shows one period: compareDateRange is not for it'],
    [{ query: { dimensions: ['Orders.channel'], filters: [{ member: 'Orders.channel', operator: 'equals', values: ['moon'] }] } }, 'No rows'],
  ];
  for (const [attributes, said] of wrong) {
    await page.evaluate((one) => { window.clear(); window.show(one); }, attributes);
    await expect.text(inside.locator('.said'), said);
  }

  // Who has opened the values still has, and stands where they stood, when there are new ones or the width changes.
  await page.evaluate((query) => { window.clear(); window.one = window.show({ query }); }, month());
  const summary = inside.locator('summary');
  await summary.press('Enter');
  await expect.seen(inside.locator('tbody tr'));
  await page.evaluate(() => new Promise((resolve) => {
    window.one.addEventListener('kubus-answer', resolve, { once: true });
    window.one.setAttribute('height', '200');
    window.one.reload();
  }));
  await page.setViewportSize({ width: 800, height: 900 });
  await expect.eventually(() => page.evaluate(() => {
    const { shadowRoot } = window.one;
    return [shadowRoot.querySelector('details').open, shadowRoot.activeElement?.localName, shadowRoot.querySelector('svg').getAttribute('height')];
  }), [true, 'summary', '200'], 'what was open');
  await axe();

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
    const { steps, ticks, runs, linesOf, formatTicks, formatValue, formatTime, formatNumber, formatOf } = window.chart;
    const at = (day) => Date.parse(`${day}T00:00:00Z`);
    const column = (name, kind, granularity) => ({ name, kind, granularity, title: name, type: kind === 'measure' ? 'number' : 'time' });
    const rows = [{ t: '2024-01-31T00:00:00.000', n: '5' }, { t: '2024-02-02T00:00:00.000', n: null }, { t: '2024-02-03T00:00:00.000', n: '0' }];
    return {
      months: steps(at('2024-01-01'), at('2024-04-01'), 'month').length,
      fiscal: steps(at('2024-01-01'), at('2024-04-01'), 'fortnight'),
      ticks: [ticks([3, 97]), ticks([-5, 5]), ticks([]), ticks([0.013])].map((one) => [one[0], one.at(-1)]),
      runs: runs([1, null, 2, 3, null]),
      values: linesOf([column('t', 'time', 'day'), column('n', 'measure')], rows).lines[0].values,
      // Digits of the step, small numbers, more digits than a number of JavaScript has.
      written: [
        formatTicks(ticks([0.001, 0.004]), {}, 'en'), formatTicks(ticks([0.002]), { format: 'currency' }, 'en'), formatTicks(ticks([1.5]), { format: 'currency' }, 'en'),
        formatTicks(ticks([0.002]), { format: 'percent' }, 'en'), formatTicks(ticks([45_000]), { format: 'currency', currency: 'EUR' }, 'en'),
      ],
      cells: [['9007199254740993'], ['0.0004', 'percent'], ['0.0042', 'currency'], ['12345678901234567890.25', 'currency'], [null]]
        .map(([value, format]) => formatValue(value, { type: 'number', format }, 'en')),
      // Formats with a name and digits, and one that only d3 knows.
      named: [['percent', '0.0825'], ['currency', '3'], [{ type: 'custom-numeric', value: '.2%', alias: 'percent_2' }, '0.0825'], [{ type: 'custom-numeric', value: '$,.0f', alias: 'currency_0' }, '12.5'], [{ type: 'custom-numeric', value: '.3s' }, '1234.5'], [undefined, '1']]
        .map(([format, value]) => formatNumber(value, formatOf(format), 'en')),
      short: formatNumber('12345.6', formatOf({ alias: 'currency_2' }), 'en', true),
      times: [['day'], ['day', true], ['week', true], ['quarter'], ['month', true]].map(([step, isShort]) => formatTime(at('2024-05-06'), step, 'en', isShort)),
      // Nothing, an empty text and the word are three groups.
      groups: linesOf([column('t', 'time', 'day'), { ...column('g', 'dimension'), type: 'string' }, column('n', 'measure')],
        ['none', null, ''].map((g, n) => ({ t: '2024-01-31T00:00:00.000', g, n: `${n}` }))).lines.map(({ name, values }) => [name, values[0]]),
    };
  }), {
    months: 4, fiscal: [], ticks: [[0, 100], [-5, 5], [0, 1], [0, 0.015]], runs: [[0], [2, 3]], values: [5, null, null, 0],
    written: [
      ['0.000', '0.001', '0.002', '0.003', '0.004'], ['$0.0000', '$0.0005', '$0.0010', '$0.0015', '$0.0020'], ['$0.00', '$0.50', '$1.00', '$1.50'],
      ['0.00%', '0.05%', '0.10%', '0.15%', '0.20%'], ['€0', '€20K', '€40K', '€60K'],
    ],
    cells: ['9,007,199,254,740,993', '0.04%', '$0.0042', '$12,345,678,901,234,567,890.25', '–'],
    named: ['8.3%', '$3.00', '8.25%', '$13', '1,234.5', '1'],
    short: '$12.3K',
    times: ['May 6, 2024', 'May 6', 'May 6', 'Q2 2024', 'May 2024'],
    groups: [['none', 0], ['(none)', 1], ['(empty)', 2]],
  });
}
