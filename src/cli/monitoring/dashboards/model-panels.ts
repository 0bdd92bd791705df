import type { Metrics, ModelLabel } from '../metrics.js';
import type { Thresholds } from '../thresholds.js';
import { failedLines } from './call-panels.js';
import { AGENT, ANSWERING_MODEL, PRESENT, TARGET } from './conditions.js';
import { type Query, table, timeSeries } from './panels.js';

const ENDED = { ...AGENT, model: ANSWERING_MODEL } as const;
/** Running inferences have the model that was asked. */
const RUNNING = { ...AGENT, model: '=~"$model"' } as const;
const MODEL = { ...TARGET, gen_ai_request_model: '=~"$model"' } as const;
const BY_MODEL = ['gen_ai_request_model'] as const;
const MODEL_LEGEND = '{{gen_ai_request_model}}';

/** Tokens by kind, agent and model. */
export function tokenPanels({ tokens }: Metrics, label: ModelLabel) {
  const chosen = {
    ...AGENT,
    [label]: label === 'model' ? ANSWERING_MODEL : '=~"$model"',
  } as const;
  const { input, cached, output, reasoning } = tokens;
  const unit = 'suffix: /s';
  return [
    timeSeries(
      {
        title: 'Tokens by kind',
        description:
          'Tokens per second. Those of a cache are among the input tokens, those of reasoning among the output tokens.',
        unit,
      },
      [
        [input.where(chosen).rate([]), 'input'],
        [cached.where(chosen).rate([]), 'from a cache'],
        [output.where(chosen).rate([]), 'output'],
        [reasoning.where(chosen).rate([]), 'reasoning'],
      ],
    ),
    timeSeries(
      {
        title: 'Share of the prompts from a cache',
        description:
          'The share of the tokens of prompts that were read from a cache.',
        unit: 'percentunit',
      },
      [
        [
          cached
            .where(chosen)
            .rate([label])
            .per(input.where(chosen).rate([label])),
          `{{${label}}}`,
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Input tokens by agent and model',
        description: 'Tokens of prompts per second.',
        unit,
      },
      [[input.where(chosen).rate(['agent', label]), `{{agent}} {{${label}}}`]],
      { isStacked: true },
    ),
    timeSeries(
      {
        title: 'Output tokens by agent and model',
        description: 'Generated tokens per second.',
        unit,
      },
      [[output.where(chosen).rate(['agent', label]), `{{agent}} {{${label}}}`]],
      { isStacked: true },
    ),
  ];
}

/** What agents and models cost. */
export function costPanels({ own }: Metrics, { dailyCost }: Thresholds) {
  const cost = own.cost.where(ENDED);
  const missing = own.withoutUsage.where(ENDED);
  const partial = own.partialUsage.where(ENDED);
  const unit = 'short';
  return [
    timeSeries(
      {
        title: 'Cost per hour by agent',
        description: 'What an hour costs at the present rate.',
        unit,
      },
      [
        [
          cost.rate(['agent', 'currency']).times(3600),
          '{{agent}} {{currency}}',
        ],
      ],
      { isStacked: true, decimals: 4 },
    ),
    timeSeries(
      {
        title: 'Cost per hour by model',
        description: 'What an hour costs at the present rate.',
        unit,
      },
      [
        [
          cost.rate(['model', 'currency']).times(3600),
          '{{model}} {{currency}}',
        ],
      ],
      { isStacked: true, decimals: 4 },
    ),
    timeSeries(
      {
        title: 'Cost per day',
        description:
          'A bar for the 24 hours before it. The line is the budget that the alert knows.',
        unit,
        limits: { critical: dailyCost },
      },
      [[cost.increase(['currency'], '1d'), '{{currency}}']],
      { barsOf: '1d', decimals: 2 },
    ),
    timeSeries(
      {
        title: 'Inferences of unknown cost',
        description:
          'Inferences per second whose cost is missing, or a lower bound.',
        unit: 'ops',
        limits: { critical: 0.001 },
      },
      [
        [missing.rate(['model']), '{{model}} missing'],
        [partial.rate(['model']), '{{model}} lower bound'],
      ],
    ),
    table(
      {
        title: 'Cost by agent and model',
        description: 'What agents and models cost in the chosen range.',
      },
      [
        {
          title: 'Cost',
          unit,
          expression: cost.increase(
            ['agent', 'model', 'provider', 'currency'],
            '$__range',
          ),
        },
      ],
    ),
  ];
}

/** Inferences: how many, how fast, how they end. */
export function inferencePanels(metrics: Metrics, thresholds: Thresholds) {
  const { model } = metrics;
  const inferences = model.duration.where(MODEL);
  const failed = model.duration.where({ ...MODEL, error_type: PRESENT });
  const first = model.firstChunk.where(MODEL);
  return [
    timeSeries(
      {
        title: 'Inferences by model',
        description: 'Inferences per second.',
        unit: 'ops',
      },
      [[inferences.rate(BY_MODEL), MODEL_LEGEND]],
    ),
    failedLines(
      {
        title: 'Failed inferences by model',
        description: 'The share of the inferences of a model that failed.',
      },
      failed.shareOf(inferences, BY_MODEL),
      MODEL_LEGEND,
    ),
    timeSeries(
      {
        title: 'p95 of an inference',
        description: '95 % of the inferences of a model end within this time.',
        unit: 's',
      },
      [[inferences.quantile(0.95, BY_MODEL), MODEL_LEGEND]],
    ),
    timeSeries(
      {
        title: 'Time to the first token',
        description: 'How long readers wait for the first word of a stream.',
        unit: 's',
        limits: { critical: thresholds.firstToken },
      },
      [0.5, 0.95].map((q): Query => [
        first.quantile(q, BY_MODEL),
        `${MODEL_LEGEND} p${q * 100}`,
      ]),
    ),
    timeSeries(
      {
        title: 'Time per later token',
        description:
          '95 % of the chunks after the first arrive within this time.',
        unit: 's',
      },
      [[model.chunk.where(MODEL).quantile(0.95, BY_MODEL), MODEL_LEGEND]],
    ),
    ...outcomePanels(metrics, thresholds),
  ];
}

function outcomePanels({ own, running }: Metrics, { hanging }: Thresholds) {
  return [
    timeSeries(
      {
        title: 'Why answers end',
        description:
          'Inferences per second by the reason why their answer ended.',
        unit: 'ops',
      },
      [
        [
          own.finishes.where(ENDED).rate(['model', 'finish_reason']),
          '{{model}} {{finish_reason}}',
        ],
      ],
      { isStacked: true },
    ),
    timeSeries(
      {
        title: 'Retries',
        description: 'Attempts per second that failed and were repeated.',
        unit: 'ops',
      },
      [
        [
          own.retries.where(ENDED).rate(['model', 'error_type']),
          '{{model}} {{error_type}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Running inferences',
        description: 'Inferences that have not ended.',
        unit: 'short',
      },
      [
        [
          running.running.where(RUNNING).aggregated('sum', ['model']),
          '{{model}}',
        ],
      ],
    ),
    timeSeries(
      {
        title: 'Oldest running inference',
        description:
          'A line that rises without end is an inference that hangs.',
        unit: 's',
        limits: { critical: hanging },
      },
      [
        [
          running.oldest.where(RUNNING).aggregated('max', ['agent', 'model']),
          '{{agent}} {{model}}',
        ],
      ],
    ),
  ];
}
