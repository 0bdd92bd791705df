import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, test } from 'vitest';
import { dashboardsOf } from '../../src/cli/monitoring/dashboards/dashboards.js';
import { dashboardFiles } from '../../src/cli/monitoring/monitoring-commands.js';
import { readOptions } from '../../src/cli/monitoring/monitoring.options.js';
import { Names } from '../../src/cli/monitoring/names.js';
import {
  prometheusRuleOf,
  rulesOf,
} from '../../src/cli/monitoring/rules/rules.js';
import { metricsByName } from './page-faults.js';
import { errorsOfDashboards } from './dashboard-types.js';
import { labelsIn, metricNamesIn } from './promql-names.js';
import { expressionsOf, panelsOf, targetsOf } from './shipped.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OPTIONS = readOptions([], {});

const textOf = (path: string) => readFileSync(ROOT + path, 'utf8');

describe('the shipped files', () => {
  test.each([
    ['dashboards', dashboardFiles(OPTIONS)],
    ['rules', rulesOf(OPTIONS)],
  ])('the folder %s has what its generator makes', (folder, files) => {
    expect(readdirSync(ROOT + folder).sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) {
      expect(
        textOf(`${folder}/${name}`) === text,
        `${folder}/${name} differs; run: node dist/cli.js ${folder} --out ${folder} --force`,
      ).toBe(true);
    }
  });

  test('the PrometheusRule of the sample app has what its generator makes', () => {
    const [text] = prometheusRuleOf(OPTIONS).values();
    expect(
      textOf('sample-app/deploy/kubernetes/prometheusrule.yaml') === text,
    ).toBe(true);
  });
});

describe('the dashboards', () => {
  const dashboards = [...dashboardsOf(OPTIONS)];

  test('the JSON of the dashboards has the types of the SDK', () => {
    expect(errorsOfDashboards(dashboards.map(([, one]) => one))).toEqual([]);
  });

  test('the check of types refuses a dashboard with a wrong field', () => {
    const [, dashboard] = dashboards[0]!;
    const wrong = { ...dashboard, refresh: 5 } as unknown as Dashboard;
    expect(errorsOfDashboards([wrong]).length).toBeGreaterThan(0);
  });

  test.each(dashboards)(
    'the dashboard %s lets its reader choose data source, job and instance',
    (key, { templating, uid }) => {
      const names = templating!.list!.map(({ name }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['datasource', 'job', 'instance']),
      );
      if (key === 'agents') {
        expect(names).toEqual(expect.arrayContaining(['agent', 'model']));
      }
      expect(uid!.length).toBeLessThanOrEqual(40);
    },
  );

  test.each([
    ['classic', ['_executions_total', '_duration_seconds_count']],
    ['native', ['_executions_total', '_duration_seconds']],
    ['both', ['_executions_total', '_duration_seconds(_count)?']],
  ] as const)(
    'variables read series that exist with %s histograms',
    (histograms, ends) => {
      const made = dashboardsOf({ ...OPTIONS, histograms });
      const names = [...made.values()]
        .flatMap(({ templating }) => templating!.list!)
        .flatMap(({ query = '' }) => [
          ...JSON.stringify(query).matchAll(/__name__=~\\"([^\\]*)\\"/g),
        ])
        .flatMap(([, regex = '']) => regex.split('|'));
      expect(names.length).toBeGreaterThan(20);
      for (const name of names) {
        expect(
          ends.some((end) => name.endsWith(end)),
          name,
        ).toBe(true);
      }
    },
  );

  test.each(dashboards)(
    'each panel of the dashboard %s has a title, a description, a unit, thresholds and queries',
    (_key, dashboard) => {
      const panels = panelsOf(dashboard);
      expect(panels.length).toBeGreaterThan(10);
      for (const panel of panels) {
        const { title, description = '', fieldConfig, datasource } = panel;
        const { unit, thresholds } = fieldConfig!.defaults!;
        expect(title).toMatch(/\w/);
        expect(description, title).toMatch(/^[A-Z0-9].*[.:\])]\n\n`\w+`: .+/s);
        expect(unit, title).toMatch(/\w/);
        expect(thresholds!.steps!.length, title).toBeGreaterThan(0);
        expect(datasource, title).toEqual({
          type: 'prometheus',
          uid: '${datasource}',
        });
        const refs = targetsOf(panel).map(({ refId }) => refId);
        expect(refs.length, title).toBeGreaterThan(0);
        expect(new Set(refs).size, title).toBe(refs.length);
      }
      const ids = dashboard.panels!.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    },
  );

  test('panels of counters and histograms show exemplars', () => {
    const targets = dashboards
      .flatMap(([, one]) => panelsOf(one))
      .filter(({ type }) => type === 'timeseries' || type === 'heatmap')
      .flatMap(targetsOf);
    for (const { expr, exemplar } of targets) {
      const has = /rate\((?!process_|nodejs_)|increase\(/.test(expr);
      expect(exemplar, expr).toBe(has);
    }
  });

  test('an app with a long name has a uid that Grafana takes, and another one for each dashboard', () => {
    const names = new Names('n'.repeat(60), 'api');
    const made = dashboardsOf({ ...OPTIONS, names });
    const uids = [...made.values()].map(({ uid }) => uid!);
    for (const uid of uids) expect(uid.length).toBe(40);
    expect(new Set(uids).size).toBe(uids.length);
  });
});

describe('queries and rules', () => {
  test.each([
    ['current', 'both'],
    ['v1.41', 'classic'],
    ['both', 'native'],
  ] as const)(
    'queries and rules for the conventions %s and %s histograms name metrics and labels that descriptors have',
    (conventions, histograms) => {
      const options = {
        ...OPTIONS,
        names: new Names('acme', 'api'),
        conventions,
        histograms,
      };
      const known = metricsByName(options);
      const { expressions, recorded } = expressionsOf(options);
      expect(expressions.length).toBeGreaterThan(150);
      const labels = new Set(
        [...known.values()].flatMap(({ descriptor }) => descriptor.labels),
      );
      for (const expression of expressions) {
        for (const { name, matched } of metricNamesIn(expression)) {
          if (recorded.has(name)) continue;
          const metric = known.get(name.replace(/_(bucket|sum|count)$/, ''));
          const exact = known.get(name) ?? metric;
          expect(exact, `${name} in ${expression}`).toBeDefined();
          const own = new Set([...exact!.descriptor.labels, 'job', 'instance']);
          for (const label of matched) {
            expect(own, `${label} of ${name} in ${expression}`).toContain(
              label,
            );
          }
        }
        for (const label of labelsIn(expression)) {
          if (['job', 'instance', 'le'].includes(label)) continue;
          expect(labels, `${label} in ${expression}`).toContain(label);
        }
      }
    },
  );
});
