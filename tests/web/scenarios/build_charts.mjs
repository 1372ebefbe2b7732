// The same kind of question in every form, wide and narrow.

export const widths = [1440, 390];

const MONTHS = { dimension: 'Orders.createdAt', granularity: 'month', dateRange: 'last year' };
const VIEWS = {
  line: { measures: ['Orders.count'], dimensions: ['Orders.status'], timeDimensions: [MONTHS] },
  area: { measures: ['Orders.totalAmount'], dimensions: ['Orders.channel'], timeDimensions: [MONTHS] },
  bar: { measures: ['Orders.totalAmount'], dimensions: ['Orders.status', 'Orders.channel'] },
  pie: { measures: ['Orders.count'], dimensions: ['Orders.status'] },
  number: { measures: ['Orders.count', 'Orders.totalAmount', 'Orders.returnRate'] },
  table: {
    measures: ['Orders.count', 'Orders.averageAmount'],
    dimensions: ['Orders.status'],
    timeDimensions: [MONTHS],
  },
  heat: { measures: ['Orders.count'], dimensions: ['Orders.channel'], timeDimensions: [MONTHS] },
};

export default async ({ page, shot, axe, expect }) => {
  for (const [chart, query] of Object.entries(VIEWS)) {
    await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=${chart}`);
    await expect.seen(page.getByText(/rows? in [\d,]+ ms/));
    if (chart === 'number') await expect.seen(page.getByText('Orders Return Rate'));
    else if (chart === 'table') await expect.seen(page.getByRole('gridcell', { name: 'Total' }));
    else {
      await expect.seen(page.getByRole('img', { name: new RegExp(`^${chart} chart of`) }));
      // Something is drawn: the canvas has more colours than one.
      await expect.eventually(
        () =>
          page.locator('canvas').evaluateAll((layers) =>
            layers.some((canvas) => {
              const { width, height } = canvas;
              const pixels = new Uint32Array(
                canvas.getContext('2d').getImageData(0, 0, width, height).data.buffer,
              );
              return new Set(pixels).size > 8;
            }),
          ),
        true,
      );
      await page.waitForTimeout(250);
    }
    await expect.count(page.getByText('does not add up'), 0);
    await shot(chart);
  }
  await axe();

  // Orders of several categories are counted in each, so the slices are no shares of all orders.
  const overlapping = { measures: ['Orders.count'], dimensions: ['ProductCategories.name'] };
  await page.goto(`/build?query=${encodeURIComponent(JSON.stringify(overlapping))}&chart=pie`);
  await expect.seen(page.getByText('Orders Count of groups does not add up to that of all'));
  await shot('overlap');
};
