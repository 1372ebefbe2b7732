// React components as they were pasted, each on a page of an application of its own, which is another origin than the
// API's; their rows are given back.

import { once } from 'node:events';
import { createServer } from 'node:http';

const PAGE =
  '<!doctype html><html lang="en"><title>Pasted</title><link rel="icon" href="data:,"><body><script type="module" src="app.js"></script>';

export default async ({ page, expect, given }) => {
  const application = createServer((request, response) => {
    const [, name, file] = request.url.split('/');
    response.setHeader('content-type', file === '' ? 'text/html' : 'text/javascript');
    response.end(file === '' ? PAGE : given[name]);
  });
  application.listen(0, '127.0.0.1');
  await once(application, 'listening');
  const rows = {};
  try {
    for (const name of Object.keys(given)) {
      await page.goto(`http://127.0.0.1:${application.address().port}/${name}/`);
      await expect.seen(page.locator('td, [role=alert]'));
      rows[name] = await page
        .locator('tr')
        .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    }
  } finally {
    application.close();
    application.closeAllConnections();
  }
  return rows;
};
