import * as platformatic from '@platformatic/prom-client';
import * as prometheusIo from '@prometheus-io/client';
import * as promClient from 'prom-client';
import * as promClient14 from 'prom-client-14';

/** What the tests use of a client; all of them have it, with types of their own. */
export type PrometheusClient = Pick<
  typeof promClient,
  'Counter' | 'Gauge' | 'Histogram' | 'Summary' | 'Registry'
>;

/** The packages whose registries a collector can join. */
export const CLIENTS: readonly (readonly [string, PrometheusClient])[] = [
  ['prom-client 15', promClient],
  ['prom-client 14', promClient14 as unknown as PrometheusClient],
  ['@prometheus-io/client', prometheusIo as unknown as PrometheusClient],
  ['@platformatic/prom-client', platformatic as unknown as PrometheusClient],
];
