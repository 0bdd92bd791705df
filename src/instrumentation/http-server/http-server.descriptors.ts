import type { MetricDescriptors } from '../../model/metric-descriptor.js';

const REQUEST_LABELS = ['method', 'route', 'status_code'] as const;

/** The metrics of HTTP requests to the app. */
// Why: docs/decisions/http.md, "Names, methods and buckets are OpenTelemetry's".
export const HTTP_SERVER_DESCRIPTORS = {
  duration: {
    name: 'http_server_request_duration_seconds',
    type: 'timer',
    description: 'Duration of HTTP requests to the app in seconds.',
    labels: REQUEST_LABELS,
  },
  active: {
    name: 'http_server_active_requests',
    type: 'gauge',
    description: 'HTTP requests to the app that have not ended.',
    labels: ['method'],
  },
  requestSize: {
    name: 'http_server_request_body_size_bytes',
    type: 'histogram',
    description: 'Size of the bodies of HTTP requests in bytes.',
    labels: REQUEST_LABELS,
  },
  responseSize: {
    name: 'http_server_response_body_size_bytes',
    type: 'histogram',
    description: 'Size of the bodies of HTTP responses in bytes.',
    labels: REQUEST_LABELS,
  },
} as const satisfies MetricDescriptors;
