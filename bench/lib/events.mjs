import { MetricType } from 'nestjs-agent-metrics';
import prom from 'prom-client';
import { labelSets } from './label-sets.mjs';
import { newCollector, sumOf } from './ours.mjs';

/** `record(event)` with two labels, and what one would write by hand instead. */
export function events(how) {
  const sets = labelSets(how);
  const collector = newCollector();
  const registry = new prom.Registry();
  const counter = new prom.Counter({
    name: 'bench_total',
    help: 'x',
    labelNames: ['method', 'status'],
    registers: [registry],
  });
  const byName = new Map([['bench_total', new Map()]]);
  let k = 0;
  const next = () => {
    if (++k === sets.length) k = 0;
    return sets[k];
  };
  return {
    ours: {
      run: (n) => {
        for (let i = 0; i < n; i++) {
          const { method, status } = next();
          collector.record({
            name: 'bench_total',
            type: MetricType.COUNTER,
            value: 1,
            labels: { method, status },
          });
        }
      },
      total: async () => sumOf(await collector.metrics(), 'bench_total'),
    },
    peer: {
      run: (n) => {
        for (let i = 0; i < n; i++) {
          const { method, status } = next();
          counter.inc({ method, status });
        }
      },
      total: async () => sumOf(await registry.metrics(), 'bench_total'),
    },
    bound: {
      run: (n) => {
        for (let i = 0; i < n; i++) {
          const { method, status } = next();
          cellIn(byName.get('bench_total'), method, status).value += 1;
        }
      },
    },
  };
}

function cellIn(root, method, status) {
  let byStatus = root.get(method);
  if (byStatus === undefined) root.set(method, (byStatus = new Map()));
  let cell = byStatus.get(status);
  if (cell === undefined) byStatus.set(status, (cell = { value: 0 }));
  return cell;
}
