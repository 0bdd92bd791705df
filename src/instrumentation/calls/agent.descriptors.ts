import type { MetricDescriptors } from '../../model/metric-descriptor.js';

const CALL_LABELS = ['agent', 'method', 'status', 'error_type'] as const;

/** The metrics that decorators record by default. */
export const AGENT_DESCRIPTORS = {
  executions: {
    name: 'agent_executions_total',
    type: 'counter',
    description: 'Agent calls by outcome.',
    labels: CALL_LABELS,
  },
  duration: {
    name: 'agent_duration_seconds',
    type: 'timer',
    description: 'Duration of agent calls in seconds.',
    labels: CALL_LABELS,
  },
  inFlight: {
    name: 'agent_in_flight',
    type: 'gauge',
    description: 'Agent calls that run now.',
    labels: ['agent', 'method'],
  },
  inFlightOldest: {
    name: 'agent_in_flight_oldest_seconds',
    type: 'gauge',
    description: 'Age of the oldest running call in seconds.',
    labels: ['agent', 'method'],
  },
  firstItem: {
    name: 'agent_time_to_first_item_seconds',
    type: 'timer',
    description: 'Time until the first item of a stream in seconds.',
    labels: CALL_LABELS,
  },
  items: {
    name: 'agent_items_total',
    type: 'counter',
    description: 'Items that streams gave.',
    labels: CALL_LABELS,
  },
} as const satisfies MetricDescriptors;
