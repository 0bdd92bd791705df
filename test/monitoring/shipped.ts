import type {
  Dashboard,
  Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { parse } from 'yaml';
import { dashboardsOf } from '../../src/cli/monitoring/dashboards/dashboards.js';
import type { MonitoringOptions } from '../../src/cli/monitoring/monitoring.options.js';
import { rulesOf } from '../../src/cli/monitoring/rules/rules.js';

/** A query of a panel. */
export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly exemplar?: boolean;
}

/** A rule of a rules file. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The panels of a dashboard, without the headings. */
export function panelsOf({ panels = [] }: Dashboard): Panel[] {
  return (panels as Panel[]).filter(({ type }) => type !== 'row');
}

export function targetsOf({ targets = [] }: Panel): Target[] {
  return targets as unknown as Target[];
}

/** The rules of a file. */
export function rulesIn(text: string): Rule[] {
  const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** All expressions of dashboards and rules, and the names of what rules record. */
export function expressionsOf(options: MonitoringOptions) {
  const dashboards = [...dashboardsOf(options).values()];
  const rules = [...rulesOf(options).values()].flatMap(rulesIn);
  const queries = dashboards
    .flatMap(panelsOf)
    .flatMap(targetsOf)
    .map(({ expr }) => expr);
  return {
    expressions: [...queries, ...rules.map(({ expr }) => expr)],
    recorded: new Set(rules.flatMap(({ record }) => record ?? [])),
  };
}
