import type { CallMetric } from './calls/call-metrics.js';
import type { CallRecorder } from './calls/call-recorder.js';
import { followerOf } from './calls/follow.js';
import type { ArgumentLabels } from './calls/metric-writer.js';
import {
  decoratedMethod,
  type DecoratedMethod,
  type MethodDescriptor,
  refuseBareUse,
} from './decorated-method.js';
import {
  declareLabel,
  declareMetrics,
  type DecoratorConfig,
  noteMethod,
} from './declared-metrics.js';
import type { ClassScope, MethodConfig } from './instrumentation.js';
import { measureClass, scopeOf } from './measured-class.js';
import { isExcludedMethod } from './no-metrics.js';
import type { ObservedRun } from './calls/observed-run.js';
import {
  ARGUMENT_LABELS,
  METRIC_NAMES,
  sharedWeakMap,
} from '../core/shared-state.js';

type Method = (...args: any[]) => any;

/** What is measured of each measured method. The key is the function itself: a wrapper that other code puts around it is another method. */
const configs = sharedWeakMap<Function, MutableConfig>('method-configs');

/** A configuration that each decorator on the method adds to. */
type MutableConfig = {
  -readonly [K in keyof MethodConfig]: MethodConfig[K];
} & { metrics: CallMetric[] };

/**
 * Creates a decorator of methods of instances.
 *
 * @param decorator as users write it, e.g. `@Timed()`.
 * @param given all arguments of the function that users call.
 * @param configOf returns what is measured of a method.
 * @throws {DecoratorError} if it is written without parentheses; so does the decorator itself, unless it stands on a method of instances.
 */
export function measuringDecorator(
  decorator: string,
  given: ArrayLike<unknown>,
  configOf: (method: DecoratedMethod) => DecoratorConfig,
) {
  refuseBareUse(decorator, given);
  return (
    prototype: object,
    key: string | symbol,
    descriptor: MethodDescriptor,
  ): void => {
    const method = decoratedMethod(decorator, prototype, key, descriptor);
    measureMethod(method, configOf(method));
  };
}

/**
 * Makes a method record its calls in more metrics. However many metrics there
 * are, the method is wrapped once, so that a call is followed and timed once.
 */
function measureMethod(
  { prototype, key, descriptor, place }: DecoratedMethod,
  added: DecoratorConfig,
): void {
  const { metrics = [], ...others } = added;
  const original: Method = descriptor.value;
  const names = [
    ...metricNamesOf(original),
    ...metrics.map(({ name }) => name),
  ];
  let config = configs.get(original);
  if (config === undefined) {
    config = {
      metrics: [],
      argumentLabels: argumentLabels(prototype, key),
      prototype,
      key,
    };
    measureClass(prototype);
    descriptor.value = wrap(original, config);
    configs.set(descriptor.value, config);
    noteMethod(prototype, config);
  }
  config.metrics.push(...metrics);
  Object.assign(config, others);
  declareMetrics(prototype, key, added, place);
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

function wrap(original: Method, config: MethodConfig): Method {
  const followResult = followerOf(original);
  // A cache of one entry: nearly all processes have one app, and few classes inherit a method.
  let lastScope: ClassScope | undefined;
  let recorder: CallRecorder | undefined;
  function begin(self: unknown, args: unknown[]): ObservedRun | undefined {
    const scope = scopeOf(self);
    if (scope === undefined) return undefined;
    if (scope !== lastScope) {
      lastScope = scope;
      recorder = isExcludedMethod(config.prototype, config.key)
        ? undefined
        : scope.recorder(config);
    }
    return recorder?.begin(args);
  }
  const { measured } = {
    // Why: docs/decisions/instrumentation.md, "An agent run takes no frame on the stack".
    measured(this: unknown, ...args: unknown[]): unknown {
      const run = begin(this, args);
      if (run === undefined) return original.apply(this, args);
      const leaveContext = run.enterContext();
      let result: unknown;
      try {
        result = original.apply(this, args);
      } catch (error) {
        leaveContext?.();
        run.fail(error);
        throw error;
      }
      leaveContext?.();
      return followResult(result, run);
    },
  } as Record<'measured', Method>;
  copyMethodProperties(original, measured);
  return measured;
}

/**
 * Copies the properties of a method to its replacement: name, length, the prototype of
 * a generator, properties and metadata.
 *
 * @param to written as a method: a function would have a prototype of its own, and could be called with `new`.
 */
// Why: docs/decisions/instrumentation.md, "A decorator leaves the method as it was".
export function copyMethodProperties(from: Method, to: Method): void {
  Object.defineProperties(to, Object.getOwnPropertyDescriptors(from));
  for (const key of Reflect.getOwnMetadataKeys(from)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, from), to);
  }
}

/** The labels by the index of the parameter. Inherited ones do not count: an overriding method has parameters of its own. */
function argumentLabels(
  prototype: object,
  key: string | symbol,
): ArgumentLabels {
  return Reflect.getOwnMetadata(ARGUMENT_LABELS, prototype, key) ?? new Map();
}
