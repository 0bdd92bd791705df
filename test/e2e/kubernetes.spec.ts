import { expect, onTestFinished, test } from 'vitest';
import { blocksOf } from '../docs/markdown.js';
import { waitFor } from '../support/http.js';
import { isInstalled, startPrometheus } from '../support/processes.js';

interface Target {
  readonly scrapeUrl: string;
  readonly labels: Record<string, string>;
}

/** Pods as the discovery of Kubernetes has them: one target for each port of a container. */
const pod = (
  name: string,
  address: string,
  labels: Record<string, string> = {},
) => ({
  targets: [address],
  labels: {
    __meta_kubernetes_namespace: 'shop',
    __meta_kubernetes_pod_name: name,
    __meta_kubernetes_pod_phase: 'Running',
    __meta_kubernetes_pod_ip: address.split(':')[0],
    ...Object.fromEntries(
      Object.entries(labels).map(([key, value]) => [
        `__meta_kubernetes_pod_${key}`,
        value,
      ]),
    ),
  },
});

const ANNOTATED = {
  annotation_prometheus_io_scrape: 'true',
  annotation_prometheus_io_port: '3000',
  label_app_kubernetes_io_name: 'agents',
};

const PODS = [
  pod('agents-1', '127.0.0.1:3000', ANNOTATED),
  // Two ports of one pod are one target.
  pod('agents-2', '127.0.0.2:3000', ANNOTATED),
  pod('agents-2', '127.0.0.2:9229', ANNOTATED),
  pod('bare', '127.0.0.3:80', {
    annotation_prometheus_io_scrape: 'true',
    annotation_prometheus_io_path: '/internal/metrics',
  }),
  pod('silent', '127.0.0.4:3000'),
  pod('over', '127.0.0.5:3000', { ...ANNOTATED, phase: 'Succeeded' }),
];

test.skipIf(!(await isInstalled('prometheus')))(
  'the configuration for Kubernetes in docs/explanations/scaling.md finds pods by their annotations, and gives them their labels',
  async () => {
    const [block, ...others] = blocksOf('docs/explanations/scaling.md').filter(
      ({ code }) => code.includes('kubernetes_sd_configs'),
    );
    expect(others).toEqual([]);
    const discovery = /kubernetes_sd_configs:\s+- role: pod\n/;
    expect(block!.code).toMatch(discovery);
    const prometheus = await startPrometheus(
      block!.code.replace(
        discovery,
        `static_configs: ${JSON.stringify(PODS)}\n`,
      ),
    );
    onTestFinished(() => prometheus.stop());
    const targets = await waitFor(async () => {
      const { activeTargets } = await prometheus.api('targets');
      return activeTargets.length > 0 && (activeTargets as Target[]);
    }, 'targets');
    const found = (targets as Target[]).map(({ scrapeUrl, labels }) => ({
      scrapeUrl,
      ...labels,
    }));
    const agents = { namespace: 'shop', service: 'agents', job: 'shop/agents' };
    expect(found.sort((a, b) => (a.scrapeUrl < b.scrapeUrl ? -1 : 1))).toEqual([
      {
        ...agents,
        scrapeUrl: 'http://127.0.0.1:3000/metrics',
        pod: 'agents-1',
        instance: '127.0.0.1:3000',
      },
      {
        ...agents,
        scrapeUrl: 'http://127.0.0.2:3000/metrics',
        pod: 'agents-2',
        instance: '127.0.0.2:3000',
      },
      {
        scrapeUrl: 'http://127.0.0.3:80/internal/metrics',
        namespace: 'shop',
        job: 'pods',
        pod: 'bare',
        instance: '127.0.0.3:80',
      },
    ]);
  },
);
