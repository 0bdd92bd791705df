import { waitFor } from './http.js';
import type { Prometheus } from './processes.js';

/**
 * Waits until Prometheus has scraped this many targets at least twice since now, as rates of
 * series that are new need it. Its `scrape_interval` is 1 s.
 */
export async function waitForScrapes(
  prometheus: Prometheus,
  targets: number,
): Promise<void> {
  const start = Date.now() / 1_000;
  await waitFor(
    async () => {
      // Whole seconds: the range can hold one scrape from before the start.
      const { result } = await prometheus.api('query', {
        query: `count_over_time(up[${Math.ceil(Date.now() / 1_000 - start)}s]) >= 3 and up == 1`,
      });
      return result.length === targets;
    },
    `two scrapes of each of ${targets} targets`,
    60,
  );
}

/**
 * Waits until Prometheus has evaluated all groups of rules on what it has scraped by now, and
 * then those that build on the series of others. Its `evaluation_interval` is 1 s.
 */
export async function waitForRules(prometheus: Prometheus): Promise<void> {
  for (const what of ['scraped', 'recorded']) {
    // A group that is late evaluates a time of up to two intervals before.
    const start = Date.now() + 3_000;
    await waitFor(
      async () => {
        const { groups } = await prometheus.api('rules');
        return groups.every(
          ({ lastEvaluation }: { lastEvaluation: string }) =>
            Date.parse(lastEvaluation) > start,
        );
      },
      `rules to be evaluated on what was ${what}`,
      60,
    );
  }
}
