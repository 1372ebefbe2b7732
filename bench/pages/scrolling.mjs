// A table of fifty thousand rows is scrolled by a row or two a frame, and then by a screen a frame: frames a second, and how
// long the longest took.

const SECONDS = 3;

export default async ({ page, expect }) => {
  const query = {
    dimensions: ['Readings.id', 'Readings.sensor'],
    measures: ['Readings.level'],
    order: [['Readings.id', 'asc']],
    limit: 50000,
  };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=table`);
  await expect.seen(page.getByText('50,000 rows in'));
  await expect.seen(page.getByRole('gridcell', { name: 'Total' }));
  const table = page.getByRole('grid', { name: 'Rows of the answer' });
  const scrolled = (pixels) =>
    table.evaluate(
      (element, [step, milliseconds]) =>
        new Promise((resolve) => {
          const times = [];
          const frame = (now) => {
            times.push(now);
            if (now - times[0] < milliseconds) {
              element.scrollTop += step;
              requestAnimationFrame(frame);
              return;
            }
            const gaps = times.slice(1).map((time, index) => time - times[index]);
            resolve({
              rate: (gaps.length * 1000) / (times.at(-1) - times[0]),
              longest: Math.max(...gaps),
              reached: element.scrollTop,
            });
          };
          requestAnimationFrame(frame);
        }),
      [pixels, SECONDS * 1000],
    );
  await scrolled(40);
  const slow = await scrolled(40);
  const fast = await scrolled(600);
  await expect.that(fast.reached > 50000, `only ${fast.reached} pixels were scrolled`);
  return { slow, fast };
};
