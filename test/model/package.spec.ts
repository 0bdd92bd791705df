import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PACKAGE, VERSION } from '../../src/core/package.js';

test('the name and version that exporters send are those of package.json', () => {
  const manifest = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  expect([PACKAGE, VERSION]).toEqual([manifest.name, manifest.version]);
});
