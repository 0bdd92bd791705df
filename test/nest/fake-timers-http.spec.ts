import { afterEach, describe, expect, test, vi } from 'vitest';
import { MetricsModule } from '../../src/index.js';
import { ADAPTERS, startApp } from './support/app.js';

afterEach(() => void vi.useRealTimers());

// Fakes of `nextTick` are left out: they stop every HTTP server and client of Node itself.
describe.each(ADAPTERS)('on %s with fake timers', (_name, adapter) => {
  test('scrapes and probes are answered under fake timers, and the app closes', async () => {
    const imports = [MetricsModule.forRoot({ http: true })];
    const { get, app } = await startApp({ imports }, adapter);
    vi.useFakeTimers();
    expect((await get('/metrics')).status).toBe(200);
    expect((await get('/health/live')).status).toBe(200);
    await app.close();
  });
});
