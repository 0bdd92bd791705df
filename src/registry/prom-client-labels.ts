import { ForeignMetricError, shown } from '../core/errors.js';
import type { LabelSet } from '../model/labels.js';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Labels as prom-client's metrics and registries have them: in their order, with
 * empty values, and of any type.
 *
 * @throws {ForeignMetricError} if a name cannot be written.
 */
export function promClientLabels(labels: object, metric: string): LabelSet {
  const names = Object.keys(labels);
  for (const name of names) checkName(name, metric);
  return { names, values: Object.values(labels).map(textOf) };
}

/** Names with two underscores are Prometheus' own: `__name__` makes a page invalid, and a Pushgateway refuses all of them. */
function checkName(name: string, metric: string): void {
  if (!LABEL_NAME.test(name)) {
    throw new ForeignMetricError(
      `Label name ${shown(name)} of metric "${metric}" is malformed; expected a letter or "_", then letters, digits and "_"`,
    );
  }
  if (name.startsWith('__')) {
    throw new ForeignMetricError(
      `Label name "${name}" of metric "${metric}" is reserved by Prometheus; give it another name`,
    );
  }
}

/** A lone surrogate has no UTF-8 form. */
function textOf(value: unknown): string {
  return String(value).toWellFormed();
}
