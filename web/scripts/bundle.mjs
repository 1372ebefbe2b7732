// A React component as one script that shows it on a page, made as an application's own build makes it: the file comes
// in as an argument, the script goes out.

import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const file = resolve(process.argv[2]);
const ENTRY = 'virtual:entry';
const entry = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import App from ${JSON.stringify(file)};
createRoot(document.body.appendChild(document.createElement('div'))).render(createElement(App));
`;

const made = await build({
  configFile: false,
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [
    react(),
    {
      name: 'entry',
      resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
      load: (id) => (id === `\0${ENTRY}` ? entry : null),
    },
  ],
  build: { write: false, minify: false, rollupOptions: { input: ENTRY } },
});
process.stdout.write(made.output.find((one) => one.type === 'chunk' && one.isEntry).code);
