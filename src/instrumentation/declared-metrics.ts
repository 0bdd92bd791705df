import type { MetricDeclaration } from '../collector/metric-declaration.js';
import { DecoratorError } from '../core/errors.js';
import { MetricType } from '../model/metric-type.js';
import {
  DECLARED_METRICS,
  LABELLED_METHODS,
  METHOD_CONFIGS,
} from '../core/shared-state.js';
import type { CallMetric } from './calls/call-metrics.js';
import type { InFlightMetric } from './calls/running-calls.js';
import { memberName } from './decorated-method.js';
import {
  GEN_AI_METRICS,
  type GenAiMetric,
} from '../core/gen-ai-conventions.js';
import type { AgentRunConfig, MethodConfig } from './instrumentation.js';
import { isExcludedClass, isExcludedMethod } from './no-metrics.js';

type Key = string | symbol;

const OF_CALLS = { takesArguments: true };

/** A metric, and the method whose calls are recorded in it. */
interface MethodMetric extends MetricDeclaration {
  readonly key: Key;
  /** Whether arguments of the method can be labels of the metric. */
  readonly takesArguments: boolean;
}

/** A method that has parameters with `@MetricLabel`. */
interface LabelledMethod {
  readonly key: Key;
  readonly label: string;
}

/** What one decorator measures of a method. */
export interface DecoratorConfig {
  readonly metrics?: readonly CallMetric[];
  readonly inFlight?: InFlightMetric;
  /** A call is a run of the agent that the class is, if this is given. */
  readonly agentRun?: AgentRunConfig;
  /** The name of the tool that the method is. */
  readonly tool?: string;
}

/** Notes on the prototype which metrics a decorator makes. */
// Why: docs/decisions/instrumentation.md, "Metrics of decorators are declared before the first call".
export function declareMetrics(
  prototype: object,
  key: Key,
  config: DecoratorConfig,
  place: string,
): void {
  const { metrics = [] } = config;
  const added: MethodMetric[] = [
    ...metrics.map((metric) => ({ ...declarationOf(metric), ...OF_CALLS })),
    ...gaugesOf(config),
    ...genAiMetricsOf(config),
  ].map((metric) => ({ takesArguments: false, ...metric, key, place }));
  append(DECLARED_METRICS, prototype, ...added);
}

/** Notes on the prototype what is measured of a method. */
export function noteMethod(prototype: object, config: MethodConfig): void {
  append(METHOD_CONFIGS, prototype, config);
}

/** What is measured of the methods of a class, inherited ones too. */
export function measuredMethodsOf(constructor: Function): MethodConfig[] {
  if (isExcludedClass(constructor)) return [];
  return prototypesOf(constructor).flatMap((prototype) =>
    declaredIn<MethodConfig>(METHOD_CONFIGS, prototype).filter(
      ({ key }) => !isExcludedMethod(prototype, key),
    ),
  );
}

/** Notes that an argument of a method becomes a label. */
export function declareLabel(prototype: object, key: Key, label: string): void {
  append(LABELLED_METHODS, prototype, { key, label } satisfies LabelledMethod);
}

/**
 * The metrics that the methods of a class record in, inherited ones too.
 *
 * @throws {DecoratorError} if an argument is a label of no metric.
 */
export function metricsDeclaredBy(constructor: Function): MetricDeclaration[] {
  if (isExcludedClass(constructor)) return [];
  return prototypesOf(constructor).flatMap((prototype) => {
    const metrics = declaredIn<MethodMetric>(DECLARED_METRICS, prototype);
    checkLabels(prototype, metrics);
    return metrics.filter(({ key }) => !isExcludedMethod(prototype, key));
  });
}

function checkLabels(
  prototype: object,
  metrics: readonly MethodMetric[],
): void {
  for (const { key, label } of declaredIn<LabelledMethod>(
    LABELLED_METHODS,
    prototype,
  )) {
    const isUsed = metrics.some((one) => one.key === key && one.takesArguments);
    if (isUsed || isExcludedMethod(prototype, key)) continue;
    throw new DecoratorError(
      `@MetricLabel("${label}") stands on a parameter of ${memberName(prototype, key)}(), whose calls no metric records. Put @Timed(), @Counted() or @Streamed() on the method`,
    );
  }
}

function declarationOf({ name, type, description, buckets }: CallMetric) {
  return { name, type, description, buckets };
}

function gaugesOf({ inFlight }: DecoratorConfig) {
  if (inFlight === undefined) return [];
  const { name, description } = inFlight;
  const type = MetricType.GAUGE;
  return [
    { name, type, description },
    { name: `${name}_oldest_seconds`, type },
  ];
}

function genAiMetricsOf({ agentRun, tool }: DecoratorConfig) {
  const { agentDuration, agentInferenceCalls, agentToolCalls, toolDuration } =
    GEN_AI_METRICS;
  const metrics: GenAiMetric[] = [
    ...(agentRun !== undefined
      ? [agentDuration, agentInferenceCalls, agentToolCalls]
      : []),
    ...(tool === undefined ? [] : [toolDuration]),
  ];
  return metrics.map((metric) => ({
    name: metric.name,
    type: metric.type === 'timer' ? MetricType.TIMER : MetricType.HISTOGRAM,
    prefixed: false,
    buckets: metric.buckets,
  }));
}

/** The prototypes of a class and of those that it extends. */
function prototypesOf(constructor: Function): object[] {
  const prototypes: object[] = [];
  let prototype: unknown = constructor.prototype;
  while (typeof prototype === 'object' && prototype !== null) {
    prototypes.push(prototype);
    prototype = Object.getPrototypeOf(prototype);
  }
  return prototypes;
}

function declaredIn<T>(where: symbol, prototype: object): readonly T[] {
  return Reflect.getOwnMetadata(where, prototype) ?? [];
}

function append<T>(where: symbol, prototype: object, ...added: T[]): void {
  const all = [...declaredIn<T>(where, prototype), ...added];
  Reflect.defineMetadata(where, all, prototype);
}
