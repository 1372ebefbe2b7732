// Fifty thousand rows: few of them are on the page at a time, the last one is reached, and scrolling is smooth.

export const themes = ['light'];

export default async ({ page, expect }) => {
  const query = {
    dimensions: ['Readings.id', 'Readings.sensor'],
    measures: ['Readings.level'],
    order: [['Readings.id', 'asc']],
    limit: 50000,
  };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}`);
  await expect.seen(page.getByText('50,000 rows in'));
  const table = page.getByRole('table', { name: 'Rows of the answer' });
  await expect.equal(await table.getAttribute('aria-rowcount'), '50002');
  const onPage = await page.locator('[role=row]').count();
  await expect.that(onPage < 80, `${onPage} rows are on the page`);

  // A second and a half of scrolling by a screen a frame, and how long its frames were.
  const frames = await table.evaluate(
    (element) =>
      new Promise((resolve) => {
        const times = [];
        let before = performance.now();
        const end = before + 1500;
        const step = (now) => {
          times.push(now - before);
          before = now;
          element.scrollTop += 400;
          if (now < end) requestAnimationFrame(step);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(step);
      }),
  );
  await table.evaluate((element) => {
    element.scrollTop = element.scrollHeight;
  });
  await expect.seen(page.getByRole('cell', { name: '49,999' }));
  await expect.equal(await page.locator('[role=row][aria-rowindex="50001"]').count(), 1);
  const sorted = frames.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  await expect.that(median < 34, `half of the frames took longer than ${median} ms`);
  return { frames: frames.length, median, worst: sorted.at(-1) };
};
