export { OtlpExporter } from './otlp-exporter.js';
export type {
  OtlpAttributes,
  OtlpOptions,
  OtlpProtocol,
  OtlpTemporality,
  OtlpTlsOptions,
} from './config/otlp.options.js';
