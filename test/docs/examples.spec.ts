import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EXAMPLES, read, ROOT } from './markdown.js';

interface Manifest {
  readonly version: string;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(read(`${folder}/package.json`));

const { version } = manifestOf('.');

/** The files that an example compiles. */
const sourcesOf = (folder: string): string[] =>
  readdirSync(`${ROOT}${folder}/src`).map((file) => `${folder}/src/${file}`);

/** The packages that a file imports. */
const importsOf = (file: string): string[] =>
  [
    ...read(file).matchAll(
      /(?:from|^import) '((?:@[\w-]+\/)?[\w-]+)(?=['/])/gm,
    ),
  ].map(([, name]) => name!);

describe('the examples', () => {
  it('the examples are all in their index', () => {
    const listed = [
      ...read('examples/README.md').matchAll(/^\| \[([\w-]+)\]/gm),
    ].map(([, name]) => `examples/${name}`);
    expect(listed.toSorted()).toEqual(EXAMPLES.toSorted());
  });

  it.each(EXAMPLES)('%s asks for the version of this package', (folder) => {
    const range = manifestOf(folder).dependencies['nestjs-agent-metrics'];
    expect(range).toBe(`^${version}`);
  });

  it.each(EXAMPLES)(
    '%s declares all packages that it imports, so that a copy of it works',
    (folder) => {
      const { dependencies, devDependencies } = manifestOf(folder);
      const imports = sourcesOf(folder).flatMap(importsOf);
      expect(imports).toContain('nestjs-agent-metrics');
      expect(Object.keys({ ...dependencies, ...devDependencies })).toEqual(
        expect.arrayContaining(imports),
      );
    },
  );

  it.each(EXAMPLES)(
    '%s is compiled with the settings of the others',
    (folder) => {
      expect(read(`${folder}/tsconfig.json`)).toBe(
        read('examples/minimal/tsconfig.json'),
      );
    },
  );

  it('the collector of otlp-collector connects its parts, at the ports that the README publishes', () => {
    const folder = 'examples/otlp-collector';
    const { receivers, exporters, service } = parse(
      read(`${folder}/collector.yaml`),
    );
    const { metrics } = service.pipelines;
    expect(metrics.receivers).toEqual(Object.keys(receivers));
    expect(metrics.exporters).toEqual(Object.keys(exporters));
    const published = read(`${folder}/README.md`).matchAll(/-p (\d+):\1 /g);
    expect([...published].map(([, port]) => `0.0.0.0:${port}`)).toEqual([
      receivers.otlp.protocols.http.endpoint,
      exporters.prometheus.endpoint,
    ]);
  });
});
