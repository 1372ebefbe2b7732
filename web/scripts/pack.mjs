// After the build: a compressed copy of every asset, and whether the first page is as small as it has to be.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const STATIC = join(import.meta.dirname, '../../src/kubus/playground/static');
const FIRST_PAGE_LIMIT = 500_000;
// What the page that opens first loads on top of the entry, the chart included.
const FIRST_PAGE = ['src/explore/BuildPage.tsx', 'src/explore/chart/EChart.tsx'];

const sizes = new Map();
for (const name of readdirSync(join(STATIC, 'assets'))) {
  const file = join(STATIC, 'assets', name);
  const packed = gzipSync(readFileSync(file), { level: 9 });
  writeFileSync(`${file}.gz`, packed);
  sizes.set(`assets/${name}`, packed.length);
}

const manifestFile = join(STATIC, '.vite/manifest.json');
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
rmSync(join(STATIC, '.vite'), { recursive: true });

/** The files that a chunk of the manifest needs before it runs. */
function filesOf(key, found = new Set()) {
  const chunk = manifest[key];
  if (chunk === undefined) throw new Error(`the build has no chunk ${key}`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, found);
  return found;
}

const first = new Set(['index.html', ...FIRST_PAGE].flatMap((key) => [...filesOf(key)]));
const total = [...first].reduce((sum, file) => sum + sizes.get(file), 0);
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
for (const [file, size] of [...sizes].sort((a, b) => b[1] - a[1])) {
  console.log(`${kilobytes(size).padStart(10)}  ${first.has(file) ? 'first page' : '          '}  ${file}`);
}
console.log(`first page: ${kilobytes(total)} gzip, at most ${kilobytes(FIRST_PAGE_LIMIT)}`);
if (total > FIRST_PAGE_LIMIT) {
  console.error('The first page is too large: load more of it lazily');
  process.exit(1);
}
