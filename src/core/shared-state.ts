/**
 * The protocol between copies of this package in one process. An app has several copies
 * where a library brings its own, where one part imports the package and another one
 * requires it, and where a test runner has reset its module registry.
 *
 * A copy finds what another copy left by the symbols of this file, which are the same for
 * all copies of one protocol:
 *
 * - metadata and properties that decorators leave on classes, methods and instances,
 * - tokens that the module provides and that other copies inject,
 * - maps of what must not be measured or registered twice.
 *
 * The values are plain data, or objects with the few methods that the other copy calls.
 *
 * Raise `PROTOCOL` whenever a copy of the previous protocol would misread such a value, or
 * would call a method that is no longer there. A new optional member does not need it.
 * Copies of different protocols ignore each other, and the module warns about them.
 */
// Why: docs/decisions/package.md, "Copies share a protocol, and no metrics".
export const PROTOCOL = 1;

const PREFIX = `nestjs-agent-metrics@${PROTOCOL}`;

/** Metadata of a class: the name that `@Agent()` or `@MetricName()` gives it. A string. */
export const CLASS_NAME = Symbol.for(`${PREFIX}:class-name`);

/** Metadata of a class or method that `@NoMetrics()` excludes. `true`. */
export const NO_METRICS = Symbol.for(`${PREFIX}:no-metrics`);

/** Metadata of a method by prototype and key: the labels of `@MetricLabel()` by the index of the parameter. A Map. */
export const ARGUMENT_LABELS = Symbol.for(`${PREFIX}:argument-labels`);

/** Metadata of a measured method: the names of the metrics that it records. An array of strings. */
export const METRIC_NAMES = Symbol.for(`${PREFIX}:metric-names`);

/** Metadata of a prototype: the methods with `@HealthCheck()`. An array of `DeclaredCheck`. */
export const HEALTH_CHECKS = Symbol.for(`${PREFIX}:health-checks`);

/** Metadata of a prototype: the metrics that decorators of its methods declare. An array of `MethodMetric`. */
export const DECLARED_METRICS = Symbol.for(`${PREFIX}:declared-metrics`);

/** Metadata of a prototype: what is measured of its methods. An array of `MethodConfig`. */
export const METHOD_CONFIGS = Symbol.for(`${PREFIX}:method-configs`);

/** Metadata of a prototype: the methods with `@MetricLabel()`. An array of `LabelledMethod`. */
export const LABELLED_METHODS = Symbol.for(`${PREFIX}:labelled-methods`);

/** The token of the app's `Instrumentation`, and the property of a measured prototype that Nest sets to it. */
export const INSTRUMENTATION = Symbol.for(`${PREFIX}:instrumentation`);

/** The property of a measured instance with the `ClassScope` of its class. */
export const CLASS_SCOPE = Symbol.for(`${PREFIX}:class-scope`);

/**
 * The `ClassScope` of measured instances that take no more properties, such as frozen ones.
 * While there are none, calls on instances that are not measured cost no look-up.
 */
export const FIXED_INSTANCES = processWide(`${PREFIX}:fixed-instances`, () => ({
  isEmpty: true,
  scopes: new WeakMap<object, unknown>(),
}));

/** The token of the app's `HandlerMetrics`. */
export const HANDLER_METRICS = Symbol.for(`${PREFIX}:handler-metrics`);

/** The token of the app's `FeatureMetrics`. */
export const FEATURE_METRICS = Symbol.for(`${PREFIX}:feature-metrics`);

/** The property with the kind of an object. `instanceof` would not recognize objects of other copies. */
export const KIND = Symbol.for(`${PREFIX}:kind`);

/** Whether an object is of this kind, from any copy. Mocks that return something for every property are not. */
export function isKind(value: unknown, kind: string): boolean {
  return (value as { [KIND]?: unknown } | null | undefined)?.[KIND] === kind;
}

/** A map that all copies share. An entry lives as long as its key. */
export function sharedWeakMap<K extends object, V>(
  name: string,
): WeakMap<K, V> {
  return processWide(`${PREFIX}:${name}`, () => new WeakMap<K, V>());
}

/** A value that all copies share, made by the first one. With a frozen global object each copy has its own. */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(name);
  const known = (globalThis as { [key]?: T })[key];
  if (known !== undefined) return known;
  const value = make();
  Reflect.defineProperty(globalThis, key, { value });
  return value;
}
