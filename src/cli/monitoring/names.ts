import { buildMetricName, exposedForm } from '../../model/names.js';

/** The names that an app gives its metrics: its options `namespace` and `subsystem`. */
export class Names {
  constructor(
    readonly namespace: string,
    readonly subsystem: string,
  ) {}

  /** The exposed name of a metric of the app. */
  ofApp(name: string): string {
    return buildMetricName(name, this);
  }

  /** The exposed name of a metric about the metrics, which has no subsystem. */
  ofSelf(name: string): string {
    const { namespace } = this;
    return buildMetricName(name, { namespace, subsystem: '' });
  }

  /** What files and dashboards are named after, e.g. `acme_api`. */
  get id(): string {
    const parts = [this.namespace, this.subsystem].filter((part) => part);
    const joined = exposedForm(parts.join('_')).replaceAll(':', '_');
    return joined === '' ? 'app' : joined;
  }
}
