import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { Injectable } from '@nestjs/common';

const FOLDER = new URL('./files/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

/** The files of the page, read once at start. Nothing else is served, whatever a path says. */
@Injectable()
export class PageFiles {
  private readonly files: ReadonlyMap<string, PageFile> = new Map(
    readdirSync(FOLDER).map((name) => [name, readFile(name)]),
  );

  find(name: string): PageFile | undefined {
    return this.files.get(name);
  }
}

function readFile(name: string): PageFile {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  return { type, body: readFileSync(new URL(name, FOLDER)) };
}
