import type { MetricDescriptors } from '../model/metric-descriptor.js';

/** The metrics of health checks. */
export const HEALTH_CHECK_DESCRIPTORS = {
  status: {
    name: 'health_check_status',
    type: 'gauge',
    description: 'Whether a health check is up.',
    labels: ['check'],
  },
  duration: {
    name: 'health_check_duration_seconds',
    type: 'gauge',
    description: 'Duration of the last run of a health check in seconds.',
    labels: ['check'],
  },
} as const satisfies MetricDescriptors;
