import { afterEach, beforeEach, onTestFinished, vi } from 'vitest';
import {
  ExportError,
  type PrometheusCollectorOptions,
} from '../../../src/index.js';
import { makeCollector } from '../../support/collector.js';
import type { ScriptedExporter } from './scripted-exporter.js';

/**
 * Lets no time pass in the tests of a file but by {@link pass}. The file has to
 * put `support/process-clock.js` in place of the clock.
 */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'Date', 'hrtime'],
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What a backend that is away is seen as. */
export const away = (options?: ConstructorParameters<typeof ExportError>[1]) =>
  new ExportError('away', options);

/** An initialized collector with this exporter. */
export async function running(
  exporter: ScriptedExporter,
  options: PrometheusCollectorOptions = {},
) {
  const made = makeCollector(options);
  const remove = await made.collector.addExporter(exporter);
  await made.collector.initialize();
  // Called before the collector is shut down, which then need not wait for it.
  onTestFinished(() => void (exporter.always = undefined));
  return { ...made, remove };
}
