import { hostname } from 'node:os';
import type { SystemAnswer } from '../answers.js';
import { labelPairs } from '../../model/label-text.js';
import { labelOf } from '../../model/labels.js';
import { ProcessMeasures } from '../query/process-measures.js';
import { type Query, valueOf } from '../query/query.js';
import type { View } from './view.js';

/** Counters about the module itself that are shown. */
const MAX_OWN = 100;

/** The process, its health and its exporters. */
export const system: View<SystemAnswer> = ({ query, facts }) => {
  const ofProcess = new ProcessMeasures(query);
  return () => ({
    process: ofProcess.points(),
    checks: facts.checks.map(({ name, isUp, critical, seconds }) => ({
      name,
      up: isUp,
      critical,
      seconds,
    })),
    exporters: facts.exporters.map((exporter) => {
      const { name, queued, lastSuccess, failure } = exporter;
      const count = (metric: string, status?: string) =>
        countOf(query, metric, name, status);
      return {
        name,
        delivering: failure === undefined,
        delivered: count(query.names.exports, 'success'),
        failed: count(query.names.exports, 'error'),
        retries: count(query.names.exportRetries),
        dropped: count(query.names.exportDropped),
        queued,
        lastSuccess:
          lastSuccess === undefined
            ? null
            : Math.max(0, query.window.now - lastSuccess),
        error: failure ?? null,
      };
    }),
    members: facts.members.map(({ process, isLate }) => ({
      process,
      late: isLate,
    })),
    own: ownCounters(query),
    info: {
      node: process.version.slice(1),
      pid: process.pid,
      host: hostname(),
      uptime: Math.round(process.uptime()),
      series: query.allFamilies.reduce(
        (sum, { cells }) => sum + cells.length,
        0,
      ),
      history: facts.historyBytes,
    },
  });
};

function countOf(
  query: Query,
  metric: string,
  exporter: string,
  status: string | undefined,
): number {
  const cells = query.family(metric)?.cells ?? [];
  const found = cells.find(
    (cell) =>
      labelOf(cell, 'exporter') === exporter &&
      (status === undefined || labelOf(cell, 'status') === status),
  );
  return found === undefined ? 0 : valueOf(found);
}

function ownCounters(query: Query): SystemAnswer['own'] {
  return query.names.own
    .flatMap((name) =>
      (query.family(name)?.cells ?? []).map((cell) => ({
        name,
        labels: labelPairs(cell),
        value: valueOf(cell),
      })),
    )
    .slice(0, MAX_OWN);
}
