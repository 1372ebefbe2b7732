import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // This machine alone, by its number: a name can mean an address on which nothing listens.
  server: { host: '127.0.0.1', port: 3000 },
  preview: { host: '127.0.0.1', port: 3000 },
  build: { target: 'es2022', chunkSizeWarningLimit: 1000, rolldownOptions: { input: ['index.html', 'embed.html'] } },
});
