// Fifty thousand rows: few of them are on the page at a time, the last one is reached, and a frame of scrolling takes
// less work than there is time for at 60 frames a second.

export const themes = ['light'];

const FRAMES = 90;
const BUDGET_MS = 1000 / 60;

export default async ({ page, expect }) => {
  const query = {
    dimensions: ['Readings.id', 'Readings.sensor'],
    measures: ['Readings.level'],
    order: [['Readings.id', 'asc']],
    limit: 50000,
  };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=table`);
  await expect.seen(page.getByText('50,000 rows in'));
  const table = page.getByRole('grid', { name: 'Rows of the answer' });
  await expect.seen(page.getByRole('gridcell', { name: 'Total' }));
  await expect.equal(await table.getAttribute('aria-rowcount'), '50002');
  const onPage = await page.locator('[role=row]').count();
  await expect.that(onPage < 80, `${onPage} rows are on the page`);

  // By the clock of the page's thread, so that other work on the machine does not count.
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async () => {
    const { metrics } = await cdp.send('Performance.getMetrics');
    return metrics.find((one) => one.name === 'TaskDuration').value * 1000;
  };
  const before = await worked();
  await table.evaluate(
    (element, frames) =>
      new Promise((resolve) => {
        const step = (left) => {
          element.scrollTop += 400;
          if (left === 0) resolve();
          else requestAnimationFrame(() => step(left - 1));
        };
        step(frames);
      }),
    FRAMES,
  );
  const perFrame = ((await worked()) - before) / FRAMES;
  await expect.that(perFrame > 0 && perFrame < BUDGET_MS, `a frame takes ${perFrame} ms of work`);

  await table.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await expect.seen(page.locator('[role=row][aria-rowindex="50001"]').getByText('49,999'));
  return { perFrame };
};
