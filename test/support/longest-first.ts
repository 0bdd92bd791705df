import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The specs that take longest, in seconds on two cores. A long one at the end would leave a core idle. */
const SECONDS: Readonly<Record<string, number>> = {
  'processes/group/group-model': 140,
  'e2e/processes/cluster': 130,
  'docs/snippets': 115,
  'e2e/live/states': 105,
  'processes/exit': 95,
  'e2e/live/browsing': 95,
  'e2e/processes/pm2': 90,
  'exporters/contract': 70,
  'e2e/live/pictures': 65,
  'e2e/sample-page': 65,
  'e2e/reproductions': 58,
  'e2e/fake-next-tick': 53,
  'e2e/bundlers': 52,
  'e2e/live/numbers': 50,
  'e2e/load': 48,
  'e2e/processes/prometheus': 44,
  'e2e/docs-site': 42,
  'e2e/rules': 40,
  'e2e/examples': 40,
  'e2e/processes/fork': 40,
  'e2e/processes/threads': 39,
  'persistence/group-kills': 35,
  'persistence/kills': 30,
  'e2e/monitoring': 28,
};

/** Starts the longest specs first; all others as vitest does. */
export class LongestFirst extends BaseSequencer {
  override async sort(
    specs: TestSpecification[],
  ): Promise<TestSpecification[]> {
    const sorted = await super.sort(specs);
    return sorted.sort((a, b) => secondsOf(b) - secondsOf(a));
  }
}

function secondsOf({ moduleId }: TestSpecification): number {
  const name = /\/test\/(.*)\.spec\.ts$/.exec(moduleId)?.[1] ?? '';
  return SECONDS[name] ?? 0;
}
