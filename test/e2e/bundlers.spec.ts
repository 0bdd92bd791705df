import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from '@swc/core';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import webpack from 'webpack';
import { runFile } from '../support/app-folder.js';
import {
  APP,
  appFolder,
  OPTIONAL_FOR_NEST,
  OUTPUT,
  PACKAGES,
  writeApp,
} from '../support/bundled-app.js';

type Ncc = (
  entry: string,
  options: object,
) => Promise<{
  code: string;
  assets: Record<string, { source: string | Buffer }>;
}>;

const require = createRequire(import.meta.url);
const ncc: Ncc = require('@vercel/ncc');

/** Bundles a file, and gives the file to run. */
type Bundle = (entry: string, folder: string) => Promise<string>;

const byEsbuild =
  (format: 'cjs' | 'esm'): Bundle =>
  async (entry, folder) => {
    const outfile = join(folder, format === 'esm' ? 'out.mjs' : 'out.cjs');
    const { errors } = await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      platform: 'node',
      format,
      external: OPTIONAL_FOR_NEST,
      logLevel: 'silent',
      // What CommonJS packages in ES modules need of esbuild.
      banner:
        format === 'esm'
          ? {
              js: "import { createRequire as _make } from 'node:module'; const require = _make(import.meta.url);",
            }
          : {},
    });
    expect(errors).toEqual([]);
    return outfile;
  };

/** As NestJS' recipe for serverless functions says (NestJS, "Serverless"). */
const byWebpack: Bundle = (entry, folder) =>
  new Promise((resolve, reject) => {
    const { IgnorePlugin } = webpack;
    const isOptional = (resource: string) =>
      OPTIONAL_FOR_NEST.some((name) => resource.startsWith(name));
    const config: webpack.Configuration = {
      mode: 'production',
      entry,
      target: 'node',
      externals: [],
      optimization: { minimize: false },
      output: { path: folder, filename: 'out.cjs', libraryTarget: 'commonjs2' },
      plugins: [new IgnorePlugin({ checkResource: isOptional })],
    };
    webpack(config, (error, stats) => {
      if (error) return reject(error);
      const { errors = [] } = stats!.toJson({ all: false, errors: true });
      if (errors.length > 0) return reject(new Error(errors[0]!.message));
      resolve(join(folder, 'out.cjs'));
    });
  });

/** With the other packages left outside: ncc brings all that these link to. */
const byNcc: Bundle = async (entry, folder) => {
  const { code, assets } = await ncc(entry, {
    externals: PACKAGES,
    cache: false,
    quiet: true,
  });
  const file = join(folder, 'out.cjs');
  writeFileSync(file, code);
  for (const [name, { source }] of Object.entries(assets)) {
    writeFileSync(join(folder, name), source);
  }
  return file;
};

describe('an app without our optional peers', () => {
  test.each([
    ['esbuild, to CommonJS', 'mjs', byEsbuild('cjs')],
    ['esbuild, to ES modules', 'mjs', byEsbuild('esm')],
    ['esbuild, from and to CommonJS', 'cjs', byEsbuild('cjs')],
    ['webpack', 'cjs', byWebpack],
    ['ncc', 'cjs', byNcc],
  ] as const)(
    'an app without our optional peers counts its calls when it is bundled by %s',
    async (_, format, bundle) => {
      const folder = appFolder();
      const bundled = await bundle(writeApp(folder, format), folder);
      expect(await runFile(bundled)).toBe(OUTPUT);
    },
  );

  test.each([
    ['es6', 'main.mjs'],
    ['commonjs', 'main.cjs'],
  ] as const)(
    'an app without our optional peers counts its calls when swc compiles it to %s',
    async (type, name) => {
      const { code } = await transform(APP, {
        module: { type },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      });
      const file = join(appFolder(), name);
      writeFileSync(file, code);
      expect(await runFile(file)).toBe(OUTPUT);
    },
  );
});
