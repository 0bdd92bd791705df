import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeCertificate } from '../support/certificates.js';
import { makeCollector } from '../support/collector.js';
import { waitFor } from '../support/http.js';
import { isInstalled, startPrometheus } from '../support/processes.js';
import { tempFolder } from '../support/temp.js';

test.skipIf(!(await isInstalled('prometheus')))(
  'Prometheus gets in over TLS with what the options ask for, and by nothing less',
  async () => {
    const folder = tempFolder();
    const authority = makeCertificate(folder, 'authority');
    const server = makeCertificate(folder, 'server', authority);
    const client = makeCertificate(folder, 'client', authority);
    const token = join(folder, 'token');
    writeFileSync(token, 's3cret\n');
    const tls = {
      cert: { file: server.certFile },
      key: { file: server.keyFile },
    };
    const host = async (...options: Parameters<typeof makeCollector>) => {
      const { collector } = makeCollector(...options);
      await collector.initialize();
      return new URL((await collector.healthCheck()).endpoint).host;
    };
    const byToken = await host({
      tls,
      access: { bearerToken: { file: token } },
    });
    const byPassword = await host({
      access: { basicAuth: { username: 'prometheus', password: 's3cret' } },
    });
    const byCertificate = await host({
      tls: { ...tls, clientCa: { file: authority.certFile } },
    });
    const job = (name: string, target: string, rest: object) => ({
      job_name: name,
      static_configs: [{ targets: [target] }],
      ...rest,
    });
    const ca = { ca_file: authority.certFile };
    const overTls = { scheme: 'https', tls_config: ca };
    const prometheus = await startPrometheus(
      JSON.stringify({
        global: { scrape_interval: '1s' },
        scrape_configs: [
          job('token', byToken, {
            ...overTls,
            authorization: { credentials_file: token },
          }),
          job('no token', byToken, overTls),
          job('unknown authority', byToken, {
            scheme: 'https',
            authorization: { credentials_file: token },
          }),
          job('password', byPassword, {
            basic_auth: { username: 'prometheus', password: 's3cret' },
          }),
          job('wrong password', byPassword, {
            basic_auth: { username: 'prometheus', password: 'wrong' },
          }),
          job('certificate', byCertificate, {
            scheme: 'https',
            tls_config: {
              ...ca,
              cert_file: client.certFile,
              key_file: client.keyFile,
            },
          }),
          job('no certificate', byCertificate, overTls),
        ],
      }),
    );
    try {
      const ask = async (query: string) => {
        const { result } = await prometheus.api('query', { query });
        return Object.fromEntries(
          result.map(({ metric, value }: any) => [metric.job, value[1]]),
        ) as Record<string, string>;
      };
      await waitFor(async () => {
        const scraped = await ask('count_over_time(up[5m]) >= 3');
        const letIn = await ask('max_over_time(up[5m]) == 1');
        return (
          Object.keys(scraped).length === 7 && Object.keys(letIn).length >= 3
        );
      }, 'scrapes of each job');
      // Whether a job ever got in: a scrape can fail for want of time.
      expect(await ask('max_over_time(up[5m])')).toEqual({
        token: '1',
        'no token': '0',
        'unknown authority': '0',
        password: '1',
        'wrong password': '0',
        certificate: '1',
        'no certificate': '0',
      });
    } finally {
      await prometheus.stop();
    }
  },
);
