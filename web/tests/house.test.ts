/** The folders of `src/` know of each other what ARCHITECTURE.md says, and nothing more. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = resolve(import.meta.dirname, '../src');
const PAGES = ['explore', 'model', 'access', 'health'];

const ALLOWED: Record<string, readonly string[]> = {
  app: ['app', 'api', 'ui', ...PAGES],
  api: ['api'],
  query: ['query', 'api'],
  ui: ['ui'],
  ...Object.fromEntries(PAGES.map((page) => [page, [page, 'query', 'api', 'ui']])),
};

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.tsx?$/.test(name),
);

test.each(files.filter((name) => name.includes('/')))('%s', (file) => {
  const [room = ''] = file.split('/');
  const text = readFileSync(join(SOURCES, file), 'utf8');
  const imported = [...text.matchAll(/(?:from|import\(|import) ?'(\.[^']+)'/g)].map(([, path = '']) =>
    relative(SOURCES, resolve(SOURCES, file, '..', path)),
  );
  for (const path of imported) expect(ALLOWED[room], `${file} imports ${path}`).toContain(path.split('/')[0]);
});

test('query has no React', () => {
  const inQuery = files.filter((name) => name.startsWith('query/'));
  for (const file of inQuery) expect(readFileSync(join(SOURCES, file), 'utf8')).not.toMatch(/from 'react/);
});
