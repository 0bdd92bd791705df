/**
 * Joins what `tsc` compiled into one file per entry point, and one for each part that is
 * loaded when it is needed, as ES modules and as CommonJS. What it imports from packages
 * and from Node stays an import. The integrations receive the app's `AgentMetrics`, so that
 * no code is shared and no entry point loads another.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';

const INTEGRATIONS = {
  openai: './build/integrations/openai/index.js',
  langchain: './build/integrations/langchain/index.js',
};

/** The entry points that share the classes of the package. */
const PACKAGE = {
  index: './build/index.js',
  agents: './build/instrumentation/gen-ai/index.js',
  keyv: './build/persistence/keyv/index.js',
  exporters: './build/exporters/index.js',
  otlp: './build/exporters/otlp/index.js',
  pushgateway: './build/exporters/pushgateway/index.js',
  statsd: './build/exporters/statsd/index.js',
  testing: './build/testing/index.js',
  'testing-jest': './build/testing/jest.js',
  'testing-vitest': './build/testing/vitest.js',
};

/** The command `nestjs-agent-metrics`, which Node runs: as an ES module alone. */
const COMMAND = { cli: './build/cli/main.js' };

/** Grafana's SDK is bundled into the command, so that users install none: without what only other dashboards need. */
const UNUSED =
  /grafana-foundation-sdk\/dist\/((alerting|dashboardv2\w*|resource)\/index|.*\/visualization\w*Builder\.gen)\.js$/;
const GRAFANA_SDK = {
  name: 'grafana-sdk',
  load: (id) => (UNUSED.test(id) ? 'exports.__esModule = true;' : undefined),
  writeBundle() {
    copyLicense('@grafana/grafana-foundation-sdk', 'grafana-foundation-sdk');
  },
};

/** Puts the licence of a bundled package into ours. */
function copyLicense(name, file) {
  mkdirSync('dist/licenses', { recursive: true });
  cpSync(`node_modules/${name}/LICENSE`, `dist/licenses/${file}.txt`);
}

/** Parses the root module of an app for `nest add`. Bundled, so that users install none; minified, as it is large. */
const BABEL_PARSER = {
  input: { 'babel-parser': '@babel/parser' },
  platform: 'node',
  plugins: [
    {
      name: 'babel-parser',
      writeBundle: () => copyLicense('@babel/parser', 'babel-parser'),
    },
  ],
  output: { dir: 'dist/schematics', format: 'cjs', minify: true },
};

/** The schematic that `nest add` runs: by `require()`, and without the packages of the app. */
const SCHEMATICS = {
  input: { 'nest-add': './build/schematics/nest-add/nest-add.js' },
  external: /^[\w@][^:]/,
  platform: 'node',
  plugins: [
    {
      name: 'schematics-folder',
      writeBundle() {
        writeFileSync(
          'dist/schematics/package.json',
          '{ "type": "commonjs" }\n',
        );
        cpSync('src/schematics', 'dist/schematics', {
          recursive: true,
          filter: (path) => !path.endsWith('.ts'),
        });
      },
    },
  ],
  output: {
    dir: 'dist/schematics',
    format: 'cjs',
    strict: true,
    paths: { '@babel/parser': './babel-parser.js' },
    comments: false,
  },
};

/** Imports that stay imports: packages and modules of Node. */
const EXTERNAL = /^[\w@][^:]/;
const EXTERNAL_TO_COMMAND =
  /^(?!@grafana\/grafana-foundation-sdk|tslib$)[\w@][^:]/;

/** Each of these is bundled by itself. */
const BUNDLES = [
  PACKAGE,
  COMMAND,
  ...Object.entries(INTEGRATIONS).map(([name, input]) => ({ [name]: input })),
];

/** Node reads code faster, and keeps it in half the memory, when all of it is ASCII. */
const ASCII = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      chunk.code = chunk.code.replace(
        /[^\x00-\x7f]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/** TypeScript reads the declarations in a CommonJS folder as those of CommonJS modules. */
const COMMONJS_FOLDER = {
  name: 'commonjs-folder',
  writeBundle() {
    writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
    cpSync('dist', 'build/declarations', {
      recursive: true,
      filter: (path) =>
        !/^dist.(cjs|licenses|schematics)/.test(path) && !path.endsWith('.js'),
    });
    cpSync('build/declarations', 'dist/cjs', { recursive: true });
  },
};

/** Loads optional peers by `require()`: Jest cannot run `import()` in CommonJS. */
const REQUIRED_PEERS = {
  name: 'required-peers',
  transform: (code, id) =>
    id.endsWith('/core/peers.js')
      ? code.replaceAll('await import(', 'require(')
      : undefined,
};

/** A CommonJS file knows its own place by another name. */
const OWN_PLACE = {
  name: 'own-place',
  transform: (code, id) =>
    id.endsWith('/live/page/assets.js')
      ? code.replaceAll(
          'import.meta.url',
          "require('node:url').pathToFileURL(__filename)",
        )
      : undefined,
};

const FORMATS = [
  { dir: 'dist', format: 'es', plugins: [ASCII] },
  {
    dir: 'dist/cjs',
    format: 'cjs',
    strict: true,
    esModule: true,
    plugins: [ASCII, REQUIRED_PEERS, OWN_PLACE],
  },
];

const FORMATTED = FORMATS.flatMap(({ plugins, ...format }) =>
  BUNDLES.filter((input) => input !== COMMAND || format.format === 'es').map(
    (input) => ({
      input,
      external: input === COMMAND ? EXTERNAL_TO_COMMAND : EXTERNAL,
      platform: 'neutral',
      treeshake: false,
      plugins: [
        ...plugins,
        ...(input === COMMAND ? [GRAFANA_SDK] : []),
        ...(input === PACKAGE && format.format === 'cjs'
          ? [COMMONJS_FOLDER]
          : []),
      ],
      output: {
        ...format,
        entryFileNames: '[name].js',
        chunkFileNames:
          input === COMMAND ? 'chunks/cli-[name].js' : 'chunks/[name].js',
        // All that is there from the start is one file.
        codeSplitting: {
          groups: [{ name: 'core', test: /build\/index\.js$/ }],
        },
        keepNames: true,
        // The declarations have the documentation.
        comments: false,
      },
    }),
  ),
);

export default [...FORMATTED, BABEL_PARSER, SCHEMATICS];
