import type { MetricDeclaration } from '../../collector/metric-declaration.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { HTTP_DURATION_BUCKETS } from '../http-terms.js';
import type { Histogram } from '../../model/histogram.js';
import { MetricType } from '../../model/metric-type.js';

const DURATION = 'http_client_request_duration_seconds';

/** What the buckets are unless the module's option `buckets` says otherwise. */
export const HTTP_CLIENT_BUCKETS = { [DURATION]: HTTP_DURATION_BUCKETS };

/** The metrics as they will be, before there are requests. */
export const HTTP_CLIENT_METRICS: readonly MetricDeclaration[] = [
  { name: DURATION, type: MetricType.TIMER, place: 'the option httpClient' },
];

/** What a request says of itself, in values of which there are few. */
export type RequestLabels = Readonly<{
  method: string;
  host: string;
  /** `undefined` if there was no answer. */
  status_code: number | undefined;
}>;

/** Writes the durations of outgoing requests to one collector. */
export class RequestDurations {
  private histogram: Histogram | undefined = undefined;

  constructor(private readonly collector: MetricsCollector) {}

  /** @param failure the type of the error that ended the request, if one did. */
  record(
    labels: RequestLabels,
    failure: string | undefined,
    seconds: number,
  ): void {
    this.histogram ??= this.collector.timer(DURATION, {
      description: 'Duration of outgoing HTTP requests in seconds.',
    });
    this.histogram.observe({ ...labels, error_type: failure }, seconds);
  }
}
