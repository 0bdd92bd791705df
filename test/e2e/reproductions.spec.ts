import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const FOLDER = fileURLToPath(new URL('../reproductions', import.meta.url));

const scripts = readdirSync(FOLDER).filter((file) => file.endsWith('.mjs'));

test('each reproduction starts with a comment that says what it shows', () => {
  for (const script of scripts) {
    const source = readFileSync(join(FOLDER, script), 'utf8');
    expect(source, script).toMatch(/^\/\*\*\n \* Shows that /);
  }
});

test.each(scripts)(
  'the reproduction %s finds the right behaviour',
  async (script) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(FOLDER, script)],
      { timeout: 100_000 },
    );
    expect(stdout).not.toBe('');
  },
);
