import type { MetricDescriptors } from '../../model/metric-descriptor.js';

const CALL_LABELS = [
  'handler',
  'method',
  'transport',
  'operation',
  'field',
  'status',
  'error_type',
] as const;

/** The metrics of calls into handlers. */
export const HANDLER_DESCRIPTORS = {
  duration: {
    name: 'handler_duration_seconds',
    type: 'timer',
    description: 'Duration of calls into handlers in seconds.',
    labels: CALL_LABELS,
  },
  executions: {
    name: 'handler_executions_total',
    type: 'counter',
    description: 'Calls into handlers by outcome.',
    labels: CALL_LABELS,
  },
  connections: {
    name: 'websocket_connections',
    type: 'gauge',
    description: 'Open WebSocket connections.',
    labels: ['path'],
  },
} as const satisfies MetricDescriptors;
