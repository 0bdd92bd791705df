import type { Runner } from './workspace.js';

const IMPORTS = {
  vitest: "import { expect, test } from 'vitest';\n",
  jest: "import { expect, test } from '@jest/globals';\n",
};

/** A spec that reads a metric, for a runner. Jest's functions are globals in CommonJS. */
export function specOf(runner: Runner, isModule: boolean): string {
  const isGlobal = runner === 'jest' && !isModule;
  return `import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Agent, Counted } from 'nestjs-agent-metrics';
import { metricsOf, MetricsTestingModule } from 'nestjs-agent-metrics/testing';
import 'nestjs-agent-metrics/testing/${runner}';
${isGlobal ? '' : IMPORTS[runner]}
@Agent('Greeter')
@Injectable()
class Greeter {
  @Counted()
  greet(name: string): string {
    return \`Hello \${name}\`;
  }
}

test('a call of an agent is counted', async () => {
  const app = await Test.createTestingModule({
    imports: [MetricsTestingModule.forRoot()],
    providers: [Greeter],
  }).compile();
  const metrics = metricsOf(app);

  app.get(Greeter).greet('Ada');

  const labels = { agent: 'Greeter', status: 'success' };
  expect(metrics).toHaveMetric('agent_executions_total', labels, 1);
});
`;
}
