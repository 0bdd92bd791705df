import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type Metrics, type Subject, witnessesOf } from '../metrics.js';
import { JOB } from './conditions.js';
import { DATASOURCE } from './panels.js';

/** All values of a label, and series without it. */
const ANY = '.*';

/** The choice of a Prometheus. */
export function dataSource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource')
    .label('Data source')
    .type('prometheus');
}

/** The jobs that have one of the metrics. All of them are the listed ones: other jobs are no apps with the package. */
export function jobs(metrics: Metrics): QueryVariableBuilder {
  const names = witnessesOf(metrics).map(({ seriesNames }) => seriesNames);
  const selector = `{__name__=~"${names.join('|')}"}`;
  return variable('job', 'Job', `label_values(${selector}, job)`);
}

/** The instances of the jobs. */
export function instances({ prometheus }: Metrics): QueryVariableBuilder {
  const query = `label_values(${prometheus.up.where(JOB).selector()}, instance)`;
  return variable('instance', 'Instance', query).allValue(ANY);
}

/** The routes that have requests. */
export function routes({ httpServer }: Metrics): QueryVariableBuilder {
  const requests = httpServer.duration.where(JOB).anyKind();
  const query = `label_values(${requests}, route)`;
  return variable('route', 'Route', query).allValue(ANY);
}

/** The agents whose calls or runs are recorded: the two have different labels. */
export function agents({ agent, run }: Metrics): QueryVariableBuilder {
  const calls = agent.executions.where(JOB).selector();
  const runs = run.duration.where(JOB).anyKind();
  const query = `query_result(count by (agent) (${calls} or label_replace(${runs}, "agent", "$1", "gen_ai_agent_name", "(.+)")))`;
  return variable('agent', 'Agent', query)
    .regex('/agent="([^"]+)"/')
    .allValue(ANY);
}

/** The models that are asked, and, hidden, those that answer them: providers answer by dated names. */
export function models({ model }: Metrics): QueryVariableBuilder[] {
  const asked = model.duration.where(JOB).anyKind();
  const answering = model.duration
    .where({ ...JOB, gen_ai_request_model: '=~"$model"' })
    .anyKind();
  return [
    variable(
      'model',
      'Model',
      `label_values(${asked}, gen_ai_request_model)`,
    ).allValue(ANY),
    variable(
      'response_model',
      'Model of the answer',
      `label_values(${answering}, gen_ai_response_model)`,
    ).hide(VariableHide.HideVariable),
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
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
