import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Content } from '../../exposition/content.js';

/** Where the files of the page are, from this file: built as ES module, built as CommonJS, and from the sources. */
const FOLDERS = ['../live-page', '../../live-page', '../../../dist/live-page'];

/** The level of gzip for files, which are compressed once. */
const SMALLEST = 9;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** A file of the page. */
export interface Asset {
  readonly content: Content;
  readonly type: string;
  readonly etag: string;
}

/** The files of the page, in memory. */
export interface Assets {
  /** The page, for a request with a slash at the end of its path. */
  readonly page: Asset;
  /**
   * The page for a request without that slash: its links begin with the last part of the path.
   *
   * @param last that part.
   */
  pageBelow(last: string): Asset;
  file(name: string): Asset | undefined;
}

/**
 * Reads the files of the page.
 *
 * @param folders where they may be; the first one that has them counts.
 * @throws {Error} if none has them.
 */
export async function readAssets(
  folders: readonly string[] = foldersHere(),
): Promise<Assets> {
  const { folder, html } = await findPage(folders);
  const names = await readdir(join(folder, 'assets'));
  const files = new Map<string, Asset>();
  for (const name of names) {
    const bytes = await readFile(join(folder, 'assets', name));
    files.set(name, assetOf(bytes, name));
  }
  const below = new Map<string, Asset>();
  return {
    page: assetOf(Buffer.from(html), 'index.html'),
    pageBelow(last) {
      let page = below.get(last);
      if (page === undefined) {
        page = assetOf(Buffer.from(linkedFrom(html, last)), 'index.html');
        below.clear();
        below.set(last, page);
      }
      return page;
    },
    file: (name) => files.get(name),
  };
}

function foldersHere(): string[] {
  return FOLDERS.map((path) => fileURLToPath(new URL(path, import.meta.url)));
}

async function findPage(folders: readonly string[]) {
  for (const folder of folders) {
    try {
      const html = await readFile(join(folder, 'index.html'), 'utf8');
      return { folder, html };
    } catch {
      // The next folder may have it.
    }
  }
  throw new Error(
    `the files of the live page are in none of ${folders.join(', ')}; a bundler that takes in nestjs-agent-metrics leaves them out, so keep the package external`,
  );
}

/** Relative links of the page, to `assets/`, as they are from the folder above it. */
function linkedFrom(html: string, last: string): string {
  return html.replace(
    /\b(href|src)="(?:\.\/)?assets\//g,
    (_all, attribute: string) => `${attribute}="${last}/assets/`,
  );
}

function assetOf(bytes: Buffer, name: string): Asset {
  return {
    content: new Content([bytes], undefined, SMALLEST),
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    etag: etagOf(bytes),
  };
}

/** A weak validator: it is the same with and without compression. */
export function etagOf(bytes: Buffer): string {
  const hash = createHash('sha256').update(bytes).digest('base64url');
  return `W/"${hash.slice(0, 22)}"`;
}
