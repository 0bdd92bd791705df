import type { CallMetric } from './calls/call-metrics.js';
import type { CallRecorder, CallSpec } from './calls/call-recorder.js';
import { followerOf } from './calls/follow.js';
import { type AgentWork, beginAgentWork } from './gen-ai/agent-work.js';
import type { ArgumentLabels } from './calls/metric-writer.js';
import type { DecoratedMethod } from './decorated-method.js';
import {
  declareLabel,
  declareMetrics,
  type Measured,
} from './declared-metrics.js';
import type { ClassScope } from './instrumentation.js';
import { measureClass, scopeOf } from './measured-class.js';
import { isExcludedMethod } from './no-metrics.js';
import type { Run } from './calls/run.js';
import type { InFlightMetric } from './calls/running-calls.js';
import {
  ARGUMENT_LABELS,
  METRIC_NAMES,
  sharedWeakMap,
} from '../core/shared-state.js';

type Method = (...args: any[]) => any;

/** What is measured of each measured method. By identity: a wrapper of someone else's around it is another method. */
const specs = sharedWeakMap<Function, MutableSpec>('method-specs');

interface MutableSpec extends CallSpec {
  metrics: CallMetric[];
  inFlight?: InFlightMetric | undefined;
  /** What the method is in the work of agents. */
  work?: AgentWork | undefined;
  readonly prototype: object;
  readonly key: string | symbol;
}

/**
 * Makes a method record its calls in more metrics. However many metrics there
 * are, the method is wrapped once, so that a call is followed and timed once.
 */
export function measureMethod(
  { prototype, key, descriptor, place }: DecoratedMethod,
  measured: Measured,
): void {
  const { metrics = [], inFlight, work } = measured;
  const original: Method = descriptor.value;
  const names = [
    ...metricNamesOf(original),
    ...metrics.map(({ name }) => name),
  ];
  let spec = specs.get(original);
  if (spec === undefined) {
    spec = {
      metrics: [],
      argumentLabels: argumentLabels(prototype, key),
      prototype,
      key,
    };
    measureClass(prototype);
    descriptor.value = wrap(original, spec);
    specs.set(descriptor.value, spec);
  }
  spec.metrics.push(...metrics);
  spec.inFlight = inFlight ?? spec.inFlight;
  if (work !== undefined) spec.work = { ...spec.work, ...work };
  declareMetrics(prototype, key, measured, place);
  Reflect.defineMetadata(METRIC_NAMES, names, descriptor.value);
}

/** Makes the value of a parameter a label of all metrics of its method. */
export function labelArgument(
  prototype: object,
  key: string | symbol,
  index: number,
  label: string,
): void {
  const labels = new Map(argumentLabels(prototype, key)).set(index, label);
  Reflect.defineMetadata(ARGUMENT_LABELS, labels, prototype, key);
  declareLabel(prototype, key, label);
}

/** The names of the metrics that a method records its calls in, without namespace and subsystem. */
export function metricNamesOf(method: Function): string[] {
  return Reflect.getOwnMetadata(METRIC_NAMES, method) ?? [];
}

function wrap(original: Method, spec: MutableSpec): Method {
  const followResult = followerOf(original);
  // Nearly always the same ones: there is one app to a process, and few classes inherit a method.
  let lastScope: ClassScope | undefined;
  let recorder: CallRecorder | undefined;
  function begin(self: unknown, args: unknown[]): Run | undefined {
    const scope = scopeOf(self);
    if (scope === undefined) return undefined;
    if (scope !== lastScope) {
      lastScope = scope;
      recorder = isExcludedMethod(spec.prototype, spec.key)
        ? undefined
        : scope.recorder(spec, String(spec.key));
    }
    if (recorder === undefined) return undefined;
    const call = recorder.begin(args);
    return spec.work === undefined
      ? call
      : beginAgentWork(scope.agents, scope.agent, spec.work, call);
  }
  const { measured } = {
    // One frame on the stack for each call, so that recursion gets as deep as without metrics.
    measured(this: unknown, ...args: unknown[]): unknown {
      const run = begin(this, args);
      if (run === undefined) return original.apply(this, args);
      const leave = spec.work?.agentRun === true ? run.open?.() : undefined;
      let result: unknown;
      try {
        result = original.apply(this, args);
      } catch (error) {
        leave?.();
        run.fail(error);
        throw error;
      }
      leave?.();
      return followResult(result, run);
    },
  } as Record<'measured', Method>;
  takeOver(original, measured);
  return measured;
}

/**
 * Copies what the method has to the one that replaces it: name, length, the prototype of
 * a generator, properties and metadata.
 *
 * @param to written as a method: a function would have a prototype of its own, and could be called with `new`.
 */
export function takeOver(from: Method, to: Method): void {
  Object.defineProperties(to, Object.getOwnPropertyDescriptors(from));
  for (const key of Reflect.getOwnMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

/** Own metadata only: an overriding method has parameters of its own. */
function argumentLabels(
  prototype: object,
  key: string | symbol,
): ArgumentLabels {
  return Reflect.getOwnMetadata(ARGUMENT_LABELS, prototype, key) ?? new Map();
}
