import type { MetricDescriptors } from '../../model/metric-descriptor.js';

/** The metrics of HTTP requests that the app sends. */
export const HTTP_CLIENT_DESCRIPTORS = {
  duration: {
    name: 'http_client_request_duration_seconds',
    type: 'timer',
    description: 'Duration of outgoing HTTP requests in seconds.',
    labels: ['method', 'host', 'status_code', 'error_type'],
  },
} as const satisfies MetricDescriptors;
