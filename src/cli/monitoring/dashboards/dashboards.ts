import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
  type Panel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { createHash } from 'node:crypto';
import {
  type Metrics,
  metricsOf,
  modelLabelOf,
  type Subject,
} from '../metrics.js';
import { callPanels, overview } from './agent-panels.js';
import {
  fleetOverview,
  instancePanels,
  inventoryPanels,
} from './fleet-panels.js';
import {
  clientPanels,
  httpOverview,
  messagePanels,
  serverPanels,
} from './http-panels.js';
import { costPanels, inferencePanels, tokenPanels } from './model-panels.js';
import { exporterPanels, pagePanels } from './page-panels.js';
import {
  healthPanels,
  processOverview,
  processPanels,
} from './process-panels.js';
import { evaluationPanels, runPanels, toolPanels } from './run-panels.js';
import {
  agents,
  dataSource,
  instances,
  jobs,
  models,
  routes,
  titled,
} from './variables.js';

/** Panels below a heading. */
type Row = readonly [title: string, panels: readonly Builder<Panel>[]];

/** A dashboard before it is assembled. */
interface Plan {
  /** The last part of the file name and of the uid. */
  readonly key: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly rows: readonly Row[];
}

/** The dashboards for an app, by what they are about. */
export function dashboardsOf(subject: Subject): ReadonlyMap<string, Dashboard> {
  const metrics = metricsOf(subject);
  const plans = [
    agentsPlan(metrics, subject),
    httpPlan(metrics, subject),
    processPlan(metrics),
    fleetPlan(metrics),
  ];
  return new Map(
    plans.map((plan) => [plan.key, assembled(plan, subject, metrics)]),
  );
}

function agentsPlan(metrics: Metrics, subject: Subject): Plan {
  const { thresholds } = subject;
  return {
    key: 'agents',
    title: 'Agents',
    description:
      'Calls, errors, latency, tokens, cost, models and tools of AI agents.',
    variables: [instances(metrics), agents(metrics), ...models(metrics)],
    rows: [
      ['Overview', overview(metrics, thresholds)],
      ['Calls', callPanels(metrics, thresholds)],
      ['Runs', runPanels(metrics)],
      ['Tokens', tokenPanels(metrics, modelLabelOf(subject))],
      ['Cost', costPanels(metrics, thresholds)],
      ['Models', inferencePanels(metrics, thresholds)],
      ['Tools', toolPanels(metrics)],
      ['Evaluations', evaluationPanels(metrics)],
    ],
  };
}

function httpPlan(metrics: Metrics, { thresholds }: Subject): Plan {
  return {
    key: 'http',
    title: 'HTTP and messages',
    description:
      'Requests to the app, messages and jobs that it handles, requests that it sends.',
    variables: [instances(metrics), routes(metrics)],
    rows: [
      ['Overview', httpOverview(metrics)],
      ['Requests to the app', serverPanels(metrics)],
      ['Messages, GraphQL and jobs', messagePanels(metrics)],
      ['Requests of the app', clientPanels(metrics, thresholds)],
    ],
  };
}

function processPlan(metrics: Metrics): Plan {
  return {
    key: 'process',
    title: 'Process and metrics',
    description:
      'What the processes take, the health of the app, and the metrics about the metrics.',
    variables: [instances(metrics)],
    rows: [
      ['Overview', processOverview(metrics)],
      ['Process', processPanels(metrics)],
      ['Health', healthPanels(metrics)],
      ['Pages', pagePanels(metrics)],
      ['Exporters', exporterPanels(metrics)],
    ],
  };
}

function fleetPlan(metrics: Metrics): Plan {
  return {
    key: 'fleet',
    title: 'Fleet',
    description: 'Many instances side by side.',
    variables: [instances(metrics)],
    rows: [
      ['Overview', fleetOverview(metrics)],
      ['Instances', instancePanels(metrics)],
      ['Inventory', inventoryPanels(metrics)],
    ],
  };
}

function assembled(plan: Plan, subject: Subject, metrics: Metrics): Dashboard {
  const { id } = subject.names;
  const builder = new DashboardBuilder(titled(plan.title, subject))
    .uid(uidOf(`${id}-${plan.key}`))
    .description(plan.description)
    .tags(['nestjs-agent-metrics', id])
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .link(othersLink(id))
    .withVariable(dataSource())
    .withVariable(jobs(metrics));
  for (const variable of plan.variables) builder.withVariable(variable);
  let panelId = 0;
  for (const [title, panels] of plan.rows) {
    builder.withRow(new RowBuilder(title).id(++panelId));
    for (const panel of panels) builder.withPanel(withId(panel, ++panelId));
  }
  return builder.build();
}

/** Links to the other dashboards of the app, which keep the choices of the reader. */
function othersLink(id: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder('Dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags([id])
    .asDropdown(true)
    .keepTime(true)
    .includeVars(true);
}

/** Ids that do not change: links to a panel stay right. */
function withId(panel: Builder<Panel>, id: number): Builder<Panel> {
  return { build: () => ({ ...panel.build(), id }) };
}

const MAX_UID = 40;

/** Grafana takes 40 characters: a longer name ends with a hash. */
function uidOf(name: string): string {
  if (name.length <= MAX_UID) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, MAX_UID - 9)}-${hash}`;
}
