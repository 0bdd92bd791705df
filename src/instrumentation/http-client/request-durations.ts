import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { HTTP_DURATION_BUCKETS } from '../http-terms.js';
import type { Histogram, HistogramSeries } from '../../model/histogram.js';

const DURATION = 'http_client_request_duration_seconds';

/** What the buckets are unless the module's option `buckets` says otherwise. */
export const HTTP_CLIENT_BUCKETS = { [DURATION]: HTTP_DURATION_BUCKETS };

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
  /** Those of requests that did not fail, resolved once. */
  private readonly series = new Map<string, HistogramSeries>();

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
    if (failure === undefined) {
      this.seriesOf(this.histogram, labels).observe(seconds);
    } else {
      this.histogram.observe({ ...labels, error_type: failure }, seconds);
    }
  }

  private seriesOf(
    histogram: Histogram,
    labels: RequestLabels,
  ): HistogramSeries {
    // There is no space in a method and none in a host.
    const key = `${labels.method} ${labels.host} ${labels.status_code}`;
    let series = this.series.get(key);
    if (series === undefined) {
      this.series.set(key, (series = histogram.labels(labels)));
    }
    return series;
  }
}
