import { Check } from '../../core/validate.js';
import { exposedForm } from '../../model/names.js';

/** A metric name, which may end in `*` for all that begin so; or a RegExp, which is tested on exposed names. */
export type NamePattern = string | RegExp;

export const NAME_PATTERN = new Check(
  'a metric name, which may end in *, or a RegExp',
  (value) =>
    value instanceof RegExp ||
    (typeof value === 'string' && /^([^*]+\*?|\*)$/.test(value)),
);

/** Whether a pattern is meant for the metric of this name. */
export function isMeant(name: string, pattern: NamePattern = '*'): boolean {
  const exposed = exposedForm(name);
  if (pattern instanceof RegExp) return exposed.search(pattern) >= 0;
  return pattern.endsWith('*')
    ? exposed.startsWith(beginningOf(pattern))
    : exposed === exposedForm(pattern);
}

/** The part before the `*`. */
export function beginningOf(pattern: string): string {
  return exposedForm(pattern.slice(0, -1));
}
