import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { documents, SampleApp, useOpenAi } from './sample-app.js';

const STATUS = 'tframex_health_check_status';

beforeEach(() => useOpenAi());

const health = async ({ url }: SampleApp) => {
  const response = await fetch(`${url}/health`);
  return [response.status, ((await response.json()) as any).checks];
};

test('the health of the sample app shows its documentation', async () => {
  const app = await SampleApp.start();
  expect(await health(app)).toEqual([200, { documentation: { status: 'up' } }]);
  expect(await app.metrics(STATUS)).toEqual([
    `${STATUS}{check="documentation"} 1`,
  ]);
});

test('the sample app is not healthy without the files that its answers lead to', async () => {
  const root = documents();
  const app = await SampleApp.start(root);
  rmSync(join(root, 'docs/guides/scraping.md'));
  expect(await health(app)).toEqual([
    503,
    { documentation: { status: 'down' } },
  ]);
});
