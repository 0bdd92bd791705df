import type { ModulesContainer } from '@nestjs/core';
import { classesOf, type Module, valuesOf } from './app-classes.js';
import { className, classLabel } from '../../instrumentation/class-name.js';
import { isMeasured } from '../../instrumentation/measured-class.js';
import { measuredValues } from './measured-values.js';
import { isExcludedClass } from '../../instrumentation/no-metrics.js';
import { MetricsInterceptor } from '../../instrumentation/handlers/metrics.interceptor.js';

/** The longest minified names: three characters are enough for 200,000 of them. */
// Why: docs/decisions/instrumentation.md, "The warning of minified names looks at the module too".
const LONGEST = 3;

/** The metadata that marks classes of handlers other than controllers. */
const HANDLER_MARKS = ['__entryProvider__', 'websockets:gateway_options'];

/** The metadata of a class with the interceptors of `@UseInterceptors()`. */
const INTERCEPTORS = '__interceptors__';

/** The number of names that the warning lists. */
const MOST_LISTED = 10;

/**
 * A warning about minified class names that are labels; `undefined` if there are none.
 *
 * A short name is no sign by itself, e.g. `AI` or `Bot`. But a minifier shortens the name
 * of the module that a class belongs to as well, which by convention ends in "Module".
 *
 * @param everyHandler whether all handlers are measured, and not only those with a
 *   `MetricsInterceptor` on their class.
 */
export function warningOfMinifiedNames(
  modules: ModulesContainer,
  everyHandler: boolean,
): string | undefined {
  const names = [...modules.values()]
    .filter(({ metatype }) => isShort(metatype))
    .flatMap((module) => measuredClasses(module, everyHandler))
    .filter((one) => isShort(one) && classLabel(one) === className(one))
    .map(classLabel);
  if (names.length === 0) return undefined;
  const all = [...new Set(names)].map((name) => `"${name}"`);
  const listed = all.slice(0, MOST_LISTED).join(', ');
  const more = all.length > MOST_LISTED ? ' and others' : '';
  return (
    `Class names look minified: ${listed}${more}. They are values of the labels "agent" and "handler", and change with each build, as "error_type" does. ` +
    'Have the bundler keep the names of classes (esbuild: keepNames; terser and swc: keep_classnames), or name the classes by @Agent("name") or @MetricName("name")'
  );
}

/** The classes of a module whose names are labels. */
function measuredClasses(module: Module, everyHandler: boolean): Function[] {
  const controllers = new Set<unknown>(
    [...module.controllers.values()].map(({ metatype }) => metatype),
  );
  const isHandler = (type: Function) =>
    HANDLER_MARKS.some((mark) => Reflect.hasMetadata(mark, type)) ||
    controllers.has(type);
  return [...classesOf([module]), ...classesOfValues(module)].filter(
    (type) =>
      !isExcludedClass(type) &&
      (isMeasured(type.prototype) ||
        hasInterceptor(type) ||
        (everyHandler && isHandler(type))),
  );
}

/** The classes of decorated instances that factories and values provide. */
function classesOfValues(module: Module): Function[] {
  return valuesOf([module])
    .flatMap(({ value }) => measuredValues(value).instances)
    .map(({ constructor }) => constructor)
    .filter((type) => typeof type === 'function');
}

function hasInterceptor(type: Function): boolean {
  const bound: unknown = Reflect.getMetadata(INTERCEPTORS, type);
  return Array.isArray(bound) && bound.includes(MetricsInterceptor);
}

function isShort({ name }: Function): boolean {
  return typeof name === 'string' && name.length <= LONGEST;
}
