import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

// Where `kubus dev` listens while the page itself comes from Vite (`npm run dev`).
const SERVER = process.env.KUBUS_URL ?? 'http://127.0.0.1:4000';

/** Puts the nonce of the running server into the page, as the server itself does when it serves the page. */
function nonceOfServer(): Plugin {
  return {
    name: 'kubus-nonce',
    apply: 'serve',
    async transformIndexHtml(html) {
      const served = await fetch(`${SERVER}/`, { headers: { accept: 'text/html' } }).then((answer) =>
        answer.text(),
      );
      const nonce = /<meta name="kubus-nonce" content="([^"]*)"/.exec(served)?.[1] ?? '';
      return html.replace('name="kubus-nonce" content=""', `name="kubus-nonce" content="${nonce}"`);
    },
  };
}

const proxied = { target: SERVER, changeOrigin: true, headers: { origin: SERVER } };

export default defineConfig(({ command }) => ({
  // The server has the assets below /playground; while developing, the page is at the root as well.
  base: command === 'build' ? '/playground/' : '/',
  plugins: [react(), nonceOfServer()],
  server: { host: '127.0.0.1', proxy: { '/cubejs-api': proxied, '/playground': proxied } },
  build: {
    outDir: '../src/kubus/playground/static',
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    // Each asset is a file of its own: the page's policy forbids what stands inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ['tests/**/*.test.{ts,tsx}'] },
}));
