// Shows a React component that asks the API, as a browser would, and prints what it shows once it has its rows.

import { Window } from 'happy-dom';
import { createServer } from 'vite';

const [file] = process.argv.slice(2);
const window = new Window({ url: 'http://localhost/' });
for (const name of ['window', 'document', 'navigator', 'location', 'HTMLElement', 'Node', 'Event']) {
  globalThis[name] = name === 'window' ? window : window[name];
}
const vite = await createServer({
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, ws: false },
});
try {
  const { default: App } = await vite.ssrLoadModule(`/${file}`);
  const { createElement } = await import('react');
  const { createRoot } = await import('react-dom/client');
  const place = document.body.appendChild(document.createElement('div'));
  createRoot(place).render(createElement(App));
  const end = Date.now() + 20_000;
  while (place.querySelector('td, [role=alert]') === null && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  console.log(place.innerHTML);
} finally {
  await vite.close();
}
process.exit(0);
