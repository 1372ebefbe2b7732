// Readers west and east of Greenwich see the days of the query's time zone, not of their own.

export const themes = ['light'];

export default async ({ page, expect }) => {
  const open = (granularity, dateRange) => {
    const query = {
      measures: ['Orders.count'],
      timeDimensions: [{ dimension: 'Orders.createdAt', granularity, dateRange }],
    };
    return page.goto(`/build?query=${encodeURIComponent(JSON.stringify(query))}&chart=table`);
  };
  const first = page.locator('[role=rowgroup]:nth-child(2) [role=row] [role=gridcell]:first-child');
  await open('day', ['2025-03-08', '2025-03-10']);
  await expect.eventually(() => first.allInnerTexts(), ['Mar 8, 2025', 'Mar 9, 2025', 'Mar 10, 2025']);
  await open('month', ['2025-01-01', '2025-02-28']);
  await expect.eventually(() => first.allInnerTexts(), ['Jan 2025', 'Feb 2025']);
};
