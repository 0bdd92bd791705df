import type { MetricDescriptors } from '../../model/metric-descriptor.js';

/** Metrics of prom-client that dashboards show, with their names there. */
export const PROCESS_DESCRIPTORS = {
  cpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    description: 'Total user and system CPU time spent in seconds.',
    labels: [],
  },
  residentMemory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    description: 'Resident memory size in bytes.',
    labels: [],
  },
  heapUsed: {
    name: 'nodejs_heap_size_used_bytes',
    type: 'gauge',
    description: 'Process heap size used from Node.js in bytes.',
    labels: [],
  },
  heapTotal: {
    name: 'nodejs_heap_size_total_bytes',
    type: 'gauge',
    description: 'Process heap size from Node.js in bytes.',
    labels: [],
  },
  externalMemory: {
    name: 'nodejs_external_memory_bytes',
    type: 'gauge',
    description: 'Node.js external memory size in bytes.',
    labels: [],
  },
  eventLoopMean: {
    name: 'nodejs_eventloop_lag_mean_seconds',
    type: 'gauge',
    description: 'The mean of the recorded event loop delays.',
    labels: [],
  },
  eventLoopP99: {
    name: 'nodejs_eventloop_lag_p99_seconds',
    type: 'gauge',
    description: 'The 99th percentile of the recorded event loop delays.',
    labels: [],
  },
  garbageCollection: {
    name: 'nodejs_gc_duration_seconds',
    type: 'timer',
    description:
      'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    labels: ['kind'],
  },
  openFiles: {
    name: 'process_open_fds',
    type: 'gauge',
    description: 'Number of open file descriptors.',
    labels: [],
  },
  maxFiles: {
    name: 'process_max_fds',
    type: 'gauge',
    description: 'Maximum number of open file descriptors.',
    labels: [],
  },
  start: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    description: 'Start time of the process since unix epoch in seconds.',
    labels: [],
  },
  version: {
    name: 'nodejs_version_info',
    type: 'gauge',
    description: 'Node.js version info.',
    labels: ['version', 'major', 'minor', 'patch'],
  },
} as const satisfies MetricDescriptors;

/** What Prometheus itself records of each target, and of its alerts. */
export const PROMETHEUS_DESCRIPTORS = {
  up: {
    name: 'up',
    type: 'gauge',
    description: 'Whether the last scrape of a target succeeded.',
    labels: [],
  },
  scrapeDuration: {
    name: 'scrape_duration_seconds',
    type: 'gauge',
    description: 'Duration of the last scrape of a target in seconds.',
    labels: [],
  },
  scrapedSamples: {
    name: 'scrape_samples_scraped',
    type: 'gauge',
    description: 'Samples of the last scrape of a target.',
    labels: [],
  },
  addedSeries: {
    name: 'scrape_series_added',
    type: 'gauge',
    description: 'About how many series the last scrape of a target added.',
    labels: [],
  },
  alerts: {
    name: 'ALERTS',
    type: 'gauge',
    description: 'Alerts that are pending or firing.',
    labels: ['alertname', 'alertstate', 'severity'],
  },
} as const satisfies MetricDescriptors;
