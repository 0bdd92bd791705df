import { describe, expect, test } from 'vitest';
import { AgentMetrics, MetricValueError } from '../../src/index.js';
import { type Inference } from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector } from '../support/collector.js';

const INFERENCE: Inference = { provider: 'acme', model: 'acme-1', seconds: 1 };

function start() {
  const { collector } = makeCollector();
  return { agents: new AgentMetrics(collector), collector };
}

const AMOUNT = 'expected a finite number of 0 or more';
const COUNT = 'expected a whole number of 0 or more, or nothing';
const NAME = 'expected a text that is not empty';

const refusedInferences: [object | null, string][] = [
  [null, 'The inference is null; expected an object'],
  [[], 'The inference is []; expected an object'],
  [{ provider: '' }, `The inference has '' as provider; ${NAME}`],
  [{ provider: undefined }, `has undefined as provider; ${NAME}`],
  [{ model: 5 }, `has 5 as model; ${NAME}`],
  [{ operation: '' }, `has '' as operation; ${NAME}, or nothing`],
  [{ agent: null }, `has null as agent; ${NAME}, or nothing`],
  [{ responseModel: {} }, `has {} as responseModel; ${NAME}, or nothing`],
  [{ seconds: NaN }, `has NaN as seconds; ${AMOUNT}`],
  [{ seconds: -1 }, `has -1 as seconds; ${AMOUNT}`],
  [{ seconds: Infinity }, `has Infinity as seconds; ${AMOUNT}`],
  [{ seconds: '1' }, `has '1' as seconds; ${AMOUNT}`],
  [{ seconds: 1n }, `has 1n as seconds; ${AMOUNT}`],
  [{ secondsToFirstChunk: -1 }, `has -1 as secondsToFirstChunk; ${AMOUNT}`],
  [
    { secondsPerOutputChunk: [1, NaN] },
    `has [ 1, NaN ] as secondsPerOutputChunk; expected an array of numbers, each a finite number of 0 or more, or nothing`,
  ],
  [{ usage: null }, 'has null as usage; expected an object, or nothing'],
  [{ usage: 5 }, 'has 5 as usage; expected an object, or nothing'],
  [
    { usage: { inputTokens: 1, outputTokens: NaN } },
    `The inference.usage has NaN as outputTokens; ${COUNT}`,
  ],
  [
    { usage: { inputTokens: '5' } },
    `The inference.usage has '5' as inputTokens; ${COUNT}`,
  ],
  [{ usage: { inputTokens: 0.5 } }, `has 0.5 as inputTokens; ${COUNT}`],
  [{ usage: { reasoningTokens: -1 } }, `has -1 as reasoningTokens; ${COUNT}`],
  [
    { usage: { cachedInputTokens: 1e300 } },
    `has 1e+300 as cachedInputTokens; ${COUNT}`,
  ],
  [
    { usage: { inputTokens: 10, cachedInputTokens: 400 } },
    'The inference.usage has 400 tokens read from or written to a cache and 10 as inputTokens; expected inputTokens to include them',
  ],
  [
    { usage: { outputTokens: 9, reasoningTokens: 94 } },
    'The inference.usage has 94 tokens of reasoning and 9 as outputTokens; expected outputTokens to include them',
  ],
  [
    { usage: { inputByModality: { text: -1 } } },
    'has { text: -1 } as inputByModality; expected an object, in which each value is a whole number of 0 or more, or nothing',
  ],
  [{ hostedCalls: { search: 0.5 } }, 'has { search: 0.5 } as hostedCalls'],
  [
    { reportedCost: { amount: '-1', currency: 'USD' } },
    "The inference.reportedCost has '-1' as amount; expected a decimal number of 0 or more, as a number or a text",
  ],
  [
    { billedTokens: { inputTokens: NaN } },
    'The inference.billedTokens has NaN as inputTokens',
  ],
  [{ serverPort: 70_000 }, 'has 70000 as serverPort'],
];

describe('bad input is refused with what was given, where, and what is allowed:', () => {
  const attempts: [string, (agents: AgentMetrics) => unknown, string][] = [
    ...refusedInferences.map(([part, message]): (typeof attempts)[number] => [
      'inference',
      (agents) =>
        agents.recordInference(
          (part === null || Array.isArray(part)
            ? part
            : { ...INFERENCE, ...part }) as never,
        ),
      message,
    ]),
    [
      'request',
      (agents) => agents.startInference({ model: 'acme-1' } as never),
      `The inference has undefined as provider; ${NAME}`,
    ],
    [
      'stream',
      (agents) => agents.observeStream(none(), undefined as never),
      'The inference is undefined; expected an object',
    ],
    [
      'tool call',
      (agents) => agents.recordTool({ tool: '', seconds: 1 }),
      `The tool call has '' as tool; ${NAME}`,
    ],
    [
      'agent run',
      (agents) =>
        agents.recordAgentRun({ agent: 'A', seconds: 1, toolCalls: 1.5 }),
      `The agent run has 1.5 as toolCalls; ${COUNT}`,
    ],
    [
      'workflow',
      (agents) => agents.recordWorkflow({ workflow: 'w' } as never),
      `The workflow has undefined as seconds; ${AMOUNT}`,
    ],
  ];

  test.each(attempts)(
    'a wrong %s is refused, and the error says what is allowed: %#',
    async (_what, attempt, message) => {
      const { agents, collector } = start();
      expect(() => attempt(agents)).toThrow(MetricValueError);
      expect(() => attempt(agents)).toThrow(message);
      expect(collector.getMetricCount()).toBe(0);
    },
  );

  async function* none(): AsyncGenerator<never> {}
});

test('a name that is as long as a book is shown in part', () => {
  const { agents } = start();
  const book = 'x'.repeat(1_000_000);
  try {
    agents.recordInference({ ...INFERENCE, seconds: book as never });
    expect.unreachable();
  } catch (error) {
    expect((error as Error).message.length).toBeLessThan(300);
  }
});
