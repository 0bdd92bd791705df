import type { MetricDescriptors } from '../../model/metric-descriptor.js';

/** The metrics about exporters. Their names have the namespace but not the subsystem. */
export const EXPORTER_DESCRIPTORS = {
  exports: {
    name: 'metrics_exports_total',
    type: 'counter',
    description:
      'Deliveries by exporters: of a snapshot, or of a batch of events.',
    labels: ['exporter', 'status'],
  },
  retries: {
    name: 'metrics_export_retries_total',
    type: 'counter',
    description:
      'Deliveries by exporters that were tried again because the last had failed.',
    labels: ['exporter'],
  },
  dropped: {
    name: 'metrics_export_dropped_total',
    type: 'counter',
    description:
      'Points and events that will not reach the backend of an exporter.',
    labels: ['exporter'],
  },
  queueLength: {
    name: 'metrics_export_queue_length',
    type: 'gauge',
    description: 'Events that wait to be delivered by an exporter.',
    labels: ['exporter'],
  },
  lastSuccess: {
    name: 'metrics_export_last_success_timestamp_seconds',
    type: 'gauge',
    description:
      'When an exporter has delivered last, in seconds since the Unix epoch.',
    labels: ['exporter'],
  },
} as const satisfies MetricDescriptors;
