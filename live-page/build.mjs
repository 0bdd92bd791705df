/**
 * Builds the live page: `dist/live-page/index.html` and `assets/`, with names that
 * change with their contents, so that browsers keep them for good.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundleStyles } from 'esbuild';
import { rolldown } from 'rolldown';

const PAGE = fileURLToPath(new URL('.', import.meta.url));
const DIST = fileURLToPath(new URL('../dist/live-page', import.meta.url));

/** The packages whose code is in the page. */
const PACKAGES = ['preact', 'uplot'];

/** The program, as one module. */
async function script() {
  const bundle = await rolldown({
    input: join(PAGE, 'src/main.tsx'),
    platform: 'browser',
    resolve: { extensionAlias: { '.js': ['.ts', '.tsx', '.js'] } },
  });
  const { output } = await bundle.generate({ format: 'es', minify: true });
  if (output.length !== 1) throw new Error('The page must be one module.');
  return output[0].code;
}

/** All styles, as one file. */
async function styles() {
  const { outputFiles } = await bundleStyles({
    entryPoints: [join(PAGE, 'styles/index.css')],
    bundle: true,
    minify: true,
    write: false,
  });
  return outputFiles[0].text;
}

/** Writes an asset under a name with the hash of its contents, and returns that name. */
function writeAsset(name, extension, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10);
  const file = `${name}-${hash}.${extension}`;
  writeFileSync(join(DIST, 'assets', file), contents);
  return file;
}

const fill = (template, values) =>
  template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function licence(name) {
  const folder = join(PAGE, '../node_modules', name);
  const { version } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const text = readFileSync(join(folder, 'LICENSE'), 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(join(DIST, 'assets'), { recursive: true });
const page = fill(readFileSync(join(PAGE, 'index.html'), 'utf8'), {
  icon: writeAsset('icon', 'svg', readFileSync(join(PAGE, 'icon.svg'))),
  styles: writeAsset('live', 'css', await styles()),
  script: writeAsset('live', 'js', await script()),
});
writeFileSync(join(DIST, 'index.html'), page);
writeFileSync(
  join(DIST, 'LICENSES.txt'),
  `The live page contains code of these packages.\n\n${PACKAGES.map(licence).join('\n---\n\n')}`,
);
