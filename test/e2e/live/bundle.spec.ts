import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../../dist/live-page', import.meta.url));
const read = (file: string) => readFileSync(join(DIST, file), 'utf8');
const assets = () => readdirSync(join(DIST, 'assets'));

test('the live page has at most 120 kB, compressed', () => {
  const files = ['index.html', ...assets().map((name) => `assets/${name}`)];
  const sizes = files.map((file) => gzipSync(read(file)).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000);
});

test('the live page links to each of its files, by a name with the hash of its contents', () => {
  const html = read('index.html');
  expect(assets()).toHaveLength(3);
  for (const name of assets()) {
    expect(name).toMatch(/^[a-z]+-[0-9a-f]{10}\.(js|css|svg)$/);
    expect(html).toContain(`"./assets/${name}"`);
  }
});

test('the live page loads nothing from elsewhere, and has no code in its HTML', () => {
  const html = read('index.html');
  expect(html).not.toMatch(/https?:|<style|style=|\son\w+=|<script>/);
  const styles = read(
    `assets/${assets().find((name) => name.endsWith('.css'))!}`,
  );
  expect(styles).not.toMatch(/url\(|@import/);
});

test('the package has the licences of what is in the live page', () => {
  const text = read('LICENSES.txt');
  expect(text).toMatch(/^preact \d/m);
  expect(text).toMatch(/^uplot \d/m);
  expect(text.match(/Permission is hereby granted/g)).toHaveLength(2);
});
