import type { Metrics } from '../metrics.js';
import { failedLines } from './call-panels.js';
import { AGENT, PRESENT, TARGET } from './conditions.js';
import { table, timeSeries } from './panels.js';

const RUN = { ...TARGET, gen_ai_agent_name: '=~"$agent"' } as const;

/** Runs of agents, with all that happens inside. */
export function runPanels({ run, own }: Metrics) {
  const runs = run.duration.where(RUN);
  const failed = run.duration.where({ ...RUN, error_type: PRESENT });
  const by = ['gen_ai_agent_name'] as const;
  const legend = '{{gen_ai_agent_name}}';
  return [
    timeSeries(
      { title: 'Runs by agent', description: 'Runs per second.', unit: 'ops' },
      [[runs.rate(by), legend]],
    ),
    failedLines(
      {
        title: 'Failed runs by agent',
        description: 'The share of the runs of an agent that failed.',
      },
      failed.shareOf(runs, by),
      legend,
    ),
    timeSeries(
      {
        title: 'p95 of a run',
        description: '95 % of the runs of an agent end within this time.',
        unit: 's',
      },
      [[runs.quantile(0.95, by), legend]],
    ),
    timeSeries(
      {
        title: 'Steps of a run',
        description: 'Inferences and tool calls of a run, on average.',
        unit: 'short',
      },
      [
        [run.inferences.where(RUN).mean(by), `${legend} inferences`],
        [run.toolCalls.where(RUN).mean(by), `${legend} tool calls`],
      ],
      { decimals: 1 },
    ),
    timeSeries(
      {
        title: 'Tokens of a run',
        description:
          'Tokens of a run on average, those of the runs inside of it included.',
        unit: 'short',
      },
      [
        [
          own.runTokens.where(AGENT).mean(['agent', 'direction']),
          '{{agent}} {{direction}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Cost of a run',
        description:
          'What a run costs on average, the runs inside of it included.',
        unit: 'short',
      },
      [
        [
          own.runCost.where(AGENT).mean(['agent', 'currency']),
          '{{agent}} {{currency}}',
        ],
      ],
      { decimals: 5 },
    ),
  ];
}

/** Tool calls. */
export function toolPanels({ run }: Metrics) {
  const calls = run.tool.where(RUN);
  const failed = run.tool.where({ ...RUN, error_type: PRESENT });
  const by = ['gen_ai_tool_name'] as const;
  const legend = '{{gen_ai_tool_name}}';
  return [
    timeSeries(
      {
        title: 'Tool calls',
        description: 'Calls of tools per second.',
        unit: 'ops',
      },
      [[calls.rate(by), legend]],
      { width: 8 },
    ),
    failedLines(
      {
        title: 'Failed tool calls',
        description: 'The share of the calls of a tool that failed.',
      },
      failed.shareOf(calls, by),
      legend,
      { width: 8 },
    ),
    timeSeries(
      {
        title: 'p95 of a tool call',
        description: '95 % of the calls of a tool end within this time.',
        unit: 's',
      },
      [[calls.quantile(0.95, by), legend]],
      { width: 8 },
    ),
    table(
      {
        title: 'Tools by agent',
        description: 'Which agent calls which tool, in the chosen range.',
      },
      [
        {
          title: 'Calls',
          unit: 'short',
          expression: calls.increase(
            ['gen_ai_agent_name', 'gen_ai_tool_name'],
            '$__range',
          ),
        },
        {
          title: 'Failed',
          unit: 'short',
          expression: failed.increase(
            ['gen_ai_agent_name', 'gen_ai_tool_name'],
            '$__range',
          ),
        },
      ],
    ),
  ];
}

/** Results of guardrails and evaluations. */
export function evaluationPanels({ own }: Metrics) {
  return [
    timeSeries(
      {
        title: 'Evaluations by result',
        description: 'Results of guardrails and evaluations per second.',
        unit: 'ops',
      },
      [
        [
          own.evaluations.where(AGENT).rate(['evaluation', 'label']),
          '{{evaluation}} {{label}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Scores',
        description: 'The scores of evaluations, on average.',
        unit: 'short',
      },
      [
        [
          own.evaluationScore.where(AGENT).mean(['agent', 'evaluation']),
          '{{agent}} {{evaluation}}',
        ],
      ],
      { decimals: 2 },
    ),
  ];
}
