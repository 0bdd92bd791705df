import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Content } from '../../src/exposition/content.js';
import { readAssets } from '../../src/live/page/assets.js';
import { tempFolder } from '../support/temp.js';

const HTML =
  '<link rel="stylesheet" href="./assets/a-1f.css"><script type="module" src="assets/a-2c.js"></script><a href="https://example.org/assets/x">';

const STYLE = Array.from(
  { length: 500 },
  (_, i) => `.a${i}{width:${i * 37}px;color:#${i * 7919}}`,
).join('\n');

function pageFolder(): string {
  const folder = tempFolder();
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), HTML);
  writeFileSync(join(folder, 'assets', 'a-1f.css'), STYLE);
  return folder;
}

async function textOf(content: Content): Promise<string> {
  return Buffer.concat(content.chunks as Buffer[]).toString();
}

test('the page links its files from where the browser looks, with and without a slash at the end', async () => {
  const assets = await readAssets(['/nowhere', pageFolder()]);
  expect(await textOf(assets.page.content)).toBe(HTML);
  const below = assets.pageBelow('live');
  expect(await textOf(below.content)).toBe(
    '<link rel="stylesheet" href="live/assets/a-1f.css"><script type="module" src="live/assets/a-2c.js"></script><a href="https://example.org/assets/x">',
  );
  expect(assets.pageBelow('live')).toBe(below);
  expect(below.etag).not.toBe(assets.page.etag);
});

test('files have their type, a validator and a compressed form that is made once and as small as gzip can', async () => {
  const assets = await readAssets([pageFolder()]);
  const file = assets.file('a-1f.css')!;
  expect(file.type).toBe('text/css; charset=utf-8');
  expect(file.etag).toMatch(/^W\/"[\w-]{22}"$/);
  const compressed = await file.content.compressed();
  expect(await file.content.compressed()).toBe(compressed);
  const bytes = Buffer.concat(compressed.chunks as Buffer[]);
  expect(gunzipSync(bytes).toString()).toBe(STYLE);
  expect(bytes).toHaveLength(gzipSync(STYLE, { level: 9 }).length);
});

test.each(['../index.html', '__proto__', 'constructor', 'nothing.js', ''])(
  'there is no file "%s"',
  async (name) => {
    const assets = await readAssets([pageFolder()]);
    expect(assets.file(name)).toBeUndefined();
  },
);

test('files that are missing give an error that says where they were looked for', async () => {
  await expect(readAssets(['/nowhere'])).rejects.toThrow(
    /in none of \/nowhere; .* keep the package external/,
  );
});
