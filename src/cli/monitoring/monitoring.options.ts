import { parseArgs, type ParseArgsConfig } from 'node:util';
import { DEFAULT_NAMESPACE } from '../../core/package.js';
import type { Conventions } from '../../instrumentation/gen-ai/agents.options.js';
import { UsageError } from '../output.js';
import type { Subject } from './metrics.js';
import { Names } from './names.js';
import type { Histograms } from './promql.js';
import { DEFAULT_THRESHOLDS, type Thresholds } from './thresholds.js';

/** What the command line of `dashboards` or `rules` asks for. */
export interface MonitoringOptions extends Subject {
  readonly out: string;
  readonly isForced: boolean;
  readonly runbooks: string;
  readonly isForKubernetes: boolean;
}

const DEFAULT_RUNBOOKS =
  'https://unpkg.com/nestjs-agent-metrics/docs/reference/alerts.md';

const CONVENTIONS: readonly Conventions[] = ['current', 'v1.41', 'both'];
const HISTOGRAMS: readonly Histograms[] = ['classic', 'native', 'both'];

type ParseArgsOptions = NonNullable<ParseArgsConfig['options']>;

const TEXT = { type: 'string' } as const;

/** The options of both commands. */
const COMMON = {
  namespace: TEXT,
  subsystem: TEXT,
  conventions: TEXT,
  out: { ...TEXT, short: 'o' },
  force: { type: 'boolean' },
  objective: TEXT,
  latency: TEXT,
  'first-token': TEXT,
  'daily-cost': TEXT,
  hanging: TEXT,
} as const satisfies ParseArgsOptions;

/** The options of `dashboards`. */
export const DASHBOARDS_ARGS = { ...COMMON, histograms: TEXT };

/** The options of `rules`. */
export const RULES_ARGS = {
  ...COMMON,
  runbooks: TEXT,
  kubernetes: { type: 'boolean' },
} as const;

/** The help on the options of both commands. */
export const COMMON_HELP = `  -o, --out FOLDER         Where the files are written; default: ./monitoring
      --namespace NAME     The option "namespace" of the app; default: tframex
      --subsystem NAME     The option "subsystem" of the app; default: none
      --conventions NAME   The option "agents.conventions" of the app: current, v1.41 or both;
                           default: current
      --force              Replaces files that exist
      --objective SHARE    The share of an agent's calls that should succeed; default: ${DEFAULT_THRESHOLDS.objective}
      --latency SECONDS    Within which 95 % of the calls of an agent should end; default: ${DEFAULT_THRESHOLDS.latency}
      --first-token SECONDS  Within which 95 % of the streams should begin; default: ${DEFAULT_THRESHOLDS.firstToken}
      --daily-cost AMOUNT  What a day may cost, in the currency of the prices; default: ${DEFAULT_THRESHOLDS.dailyCost}
      --hanging SECONDS    After which a running call hangs; default: ${DEFAULT_THRESHOLDS.hanging}
  -h, --help               Shows this help`;

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** @throws {UsageError} if an argument is unknown or wrong. */
export function readOptions(
  args: readonly string[],
  known: ParseArgsOptions,
): MonitoringOptions {
  const values = parsed(args, known);
  const text = (name: string, otherwise: string) =>
    (values[name] as string | undefined) ?? otherwise;
  return {
    names: new Names(
      checkedName('namespace', text('namespace', DEFAULT_NAMESPACE)),
      checkedName('subsystem', text('subsystem', '')),
    ),
    conventions: oneOf(
      'conventions',
      text('conventions', 'current'),
      CONVENTIONS,
    ),
    histograms: oneOf('histograms', text('histograms', 'both'), HISTOGRAMS),
    thresholds: thresholdsOf(values),
    out: filled('out', text('out', './monitoring')),
    isForced: values['force'] === true,
    runbooks: filled('runbooks', text('runbooks', DEFAULT_RUNBOOKS)),
    isForKubernetes: values['kubernetes'] === true,
  };
}

function parsed(args: readonly string[], options: ParseArgsOptions): Values {
  try {
    return parseArgs({ args: [...args], options }).values as Values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function thresholdsOf(values: Values): Thresholds {
  const seconds = (name: string, otherwise: number) =>
    number(values, name, otherwise, [Number.MIN_VALUE, Infinity]);
  const { objective, latency, firstToken, dailyCost, hanging } =
    DEFAULT_THRESHOLDS;
  return {
    objective: number(values, 'objective', objective, [0.95, 0.99999]),
    latency: seconds('latency', latency),
    firstToken: seconds('first-token', firstToken),
    dailyCost: number(values, 'daily-cost', dailyCost, [
      Number.MIN_VALUE,
      Infinity,
    ]),
    hanging: seconds('hanging', hanging),
  };
}

function number(
  values: Values,
  name: string,
  otherwise: number,
  [least, most]: readonly [number, number],
): number {
  const text = values[name] as string | undefined;
  if (text === undefined) return otherwise;
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  const expected =
    most === Infinity
      ? 'a number above 0'
      : `a number from ${least} to ${most}`;
  throw new UsageError(`--${name} is "${text}"; expected ${expected}`);
}

const MAX_NAME = 100;

/** What the app takes as a name, without what is nearly always a mistake. */
function checkedName(option: string, name: string): string {
  if (name.length > MAX_NAME || !/^$|^[A-Za-z_:][\w:.-]*$/.test(name)) {
    throw new UsageError(
      `--${option} is "${name}"; expected up to ${MAX_NAME} letters, digits and _ : . -, of which the first is no digit`,
    );
  }
  return name;
}

function oneOf<T extends string>(
  option: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw new UsageError(
    `--${option} is "${value}"; expected one of ${allowed.join(', ')}`,
  );
}

function filled(option: string, value: string): string {
  if (value !== '') return value;
  throw new UsageError(`--${option} is ""; expected a text`);
}
