import type { MetricDescriptors } from '../model/metric-descriptor.js';

/** The metrics about the metrics. Their names have the namespace but not the subsystem. */
export const SELF_DESCRIPTORS = {
  errors: {
    name: 'metrics_errors_total',
    type: 'counter',
    description: 'Errors of the instrumentation that were kept from the app.',
    labels: ['cause'],
  },
  refusals: {
    name: 'metrics_refusals_total',
    type: 'counter',
    description:
      'Requests for the metrics or the health that were turned away.',
    labels: ['resource', 'reason'],
  },
  overflows: {
    name: 'metrics_overflows_total',
    type: 'counter',
    description:
      'Recordings that went to an overflow series because their metric had too many label sets.',
    labels: ['metric'],
  },
  dropped: {
    name: 'metrics_dropped_recordings_total',
    type: 'counter',
    description:
      'Recordings that were dropped because there were too many metrics.',
    labels: [],
  },
  members: {
    name: 'metrics_members',
    type: 'gauge',
    description:
      'Processes and threads whose metrics are on the page, as the last page found them.',
    labels: [],
  },
  lateMembers: {
    name: 'metrics_late_members_total',
    type: 'counter',
    description:
      'Members that did not save their metrics in time for a page: it shows what they had saved before.',
    labels: [],
  },
} as const satisfies MetricDescriptors;
