import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'rolldown/utils';
import { describe, expect, test } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The floors of the house, from the top; a file imports from its own and from those below. */
const FLOORS = [
  'schematics',
  'cli',
  'testing',
  '',
  'nest',
  'integrations',
  'decorators',
  'instrumentation',
  'live',
  'collector',
  'persistence',
  'processes',
  'exporters',
  'http',
  'exposition',
  'registry',
  'health',
  'model',
  'accounting',
  'core',
];

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts'),
);

/** A folder within a floor belongs to it. */
const folderOf = (file: string) =>
  dirname(file).replace(/^\.$/, '').split('/')[0]!;

const floorOf = (file: string) => FLOORS.indexOf(folderOf(file));

/** What a file imports or exports from elsewhere. Texts that contain imports, such as templates, do not count. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(SRC, file), 'utf8');
  const { staticImports, staticExports } = parseSync(file, source).module;
  return [...staticImports, ...staticExports.flatMap(({ entries }) => entries)]
    .map(({ moduleRequest }) => moduleRequest?.value)
    .filter((specifier) => specifier !== undefined);
}

describe.each(files)('src/%s', (file) => {
  test('a source file imports from no floor above its own', () => {
    expect(floorOf(file)).toBeGreaterThanOrEqual(0);
    for (const specifier of importsOf(file).filter((s) => s.startsWith('.'))) {
      const target = relative(SRC, join(SRC, dirname(file), specifier));
      expect(floorOf(target), specifier).toBeGreaterThanOrEqual(floorOf(file));
    }
  });

  test('a source file knows NestJS only at the edge, and prom-client only below it', () => {
    const packages = importsOf(file).filter((s) => !/^(\.|node:)/.test(s));
    const floor = folderOf(file);
    const allowed: Record<string, RegExp> = {
      schematics: /^(@angular-devkit\/schematics|@babel\/(parser|types))$/,
      cli: /^@grafana\/grafana-foundation-sdk\/\w+$/,
      core: /^(@opentelemetry\/api|@grpc\/grpc-js|unix-dgram)$/,
      model: /^$/,
      accounting: /^$/,
      health: /^$/,
      registry: /^prom-client$/,
      exposition: /^$/,
      http: /^$/,
      processes: /^$/,
      persistence: /^$/,
      exporters: /^(rxjs|@grpc\/grpc-js)$/,
      collector: /^(prom-client|rxjs)$/,
      live: /^$/,
      instrumentation: /^(@nestjs\/(common|core)|rxjs)$/,
      decorators: /^@nestjs\/(common|core)$/,
      integrations: /^(@langchain\/core\/.+|openai)$/,
      nest: /^(@nestjs\/(common|core)|prom-client)$/,
      '': /^$/,
      testing: /^(@nestjs\/common|vitest|@jest\/globals)$/,
    };
    for (const name of packages) expect(name).toMatch(allowed[floor]!);
  });

  test('a source file loads optional peers in one place, and sets timers that tests keep', () => {
    const source = readFileSync(join(SRC, file), 'utf8');
    if (file !== 'core/peers.ts') {
      expect(source).not.toMatch(/await import\('[^.]/);
    }
    for (const [, timer] of source.matchAll(
      /\b((?:set|clear)(?:Timeout|Immediate))\(/g,
    )) {
      expect(source).toMatch(
        new RegExp(`import \\{[^}]*\\b${timer}\\b[^}]*\\} from '[^']*timers`),
      );
    }
  });

  test('a source file can be read in one go', () => {
    const lines = readFileSync(join(SRC, file), 'utf8').split('\n').length;
    expect(lines).toBeLessThanOrEqual(320);
  });
});
