import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Metrics, Subject } from '../metrics.js';
import { DATASOURCE } from './panels.js';

/** The conditions of the variables that all dashboards have. */
export const TARGET = {
  job: '=~"$job"',
  instance: '=~"$instance"',
} as const;

/** The choice of a Prometheus. */
export function dataSource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus');
}

/** The jobs that have one of the metrics. */
export function jobs(names: readonly string[]): QueryVariableBuilder {
  const selector = `{__name__=~"${names.join('|')}"}`;
  return variable('job', 'Job', `label_values(${selector}, job)`);
}

/** The instances of the jobs. */
export function instances(): QueryVariableBuilder {
  const query = 'label_values(up{job=~"$job"}, instance)';
  return variable('instance', 'Instance', query);
}

/** The names of a label in the series of a metric. */
export function values(
  name: string,
  label: string,
  [metric, source]: readonly [metric: string, source: string],
): QueryVariableBuilder {
  const query = `label_values(${metric}{job=~"$job"}, ${source})`;
  return variable(name, label, query);
}

/** The agents whose calls or runs are recorded: the two have different labels. */
export function agents({ agent, run }: Metrics): QueryVariableBuilder {
  const calls = `${agent.executions.name}{job=~"$job"}`;
  const runs = `${run.duration.name}_count{job=~"$job"}`;
  const query = `query_result(count by (agent) (${calls} or label_replace(${runs}, "agent", "$1", "gen_ai_agent_name", "(.+)")))`;
  return variable('agent', 'Agent', query).regex('/agent="([^"]+)"/');
}

/** The names of the metrics that tell that a job uses the package. */
export function witnessesOf(metrics: Metrics): readonly string[] {
  const { agent, run, httpServer, model } = metrics;
  return [
    agent.executions.name,
    `${run.duration.name}_count`,
    `${model.duration.name}_count`,
    `${httpServer.duration.name}_count`,
  ];
}

/** A title that tells dashboards of several apps apart. */
export function titled(what: string, { names }: Subject): string {
  return `${names.id} / ${what}`;
}

function variable(
  name: string,
  label: string,
  query: string,
): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
