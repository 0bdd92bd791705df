export {
  PushgatewayExporter,
  type PushedPage,
} from './pushgateway-exporter.js';
export type { PushgatewayOptions } from './pushgateway.options.js';
