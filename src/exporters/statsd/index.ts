export { StatsdExporter } from './statsd-exporter.js';
export type { StatsdOptions } from './statsd.options.js';
