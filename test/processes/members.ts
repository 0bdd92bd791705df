import { onTestFinished } from 'vitest';
import type {
  PrometheusCollector,
  PrometheusCollectorOptions,
} from '../../src/index.js';
import { makeCollector, type TestCollector } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

/** Collectors that share a directory, as the processes of an app do. */
export class Members {
  readonly directory: string;

  constructor(directory = tempFolder()) {
    this.directory = directory;
  }

  /** Starts one more member. It ends with the test. */
  async add(options: PrometheusCollectorOptions = {}): Promise<TestCollector> {
    const { directory } = this;
    const member = makeCollector({
      // Saves of the timer must not hide what a page or an end does not save.
      processes: { directory, saveInterval: 3_600_000 },
      ...options,
    });
    await member.collector.initialize();
    onTestFinished(() => member.collector.shutdown());
    return member;
  }
}

/** The value of one series on a page. */
export async function valueOn(
  collector: PrometheusCollector,
  series: string,
): Promise<number | undefined> {
  const page = await collector.metrics();
  const line = page.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}
