import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Formatter } from '../../src/schematics/nest-add/prettier.js';

const PRETTIER = fileURLToPath(
  new URL('../../node_modules/prettier', import.meta.url),
);
const PATH = 'src/app.module.ts';
const CODE = "const list = ['a'];\n";

let root: string;

/** The folder of an app, with a configuration of prettier if there is one. */
async function appWith(name: string, configuration?: object) {
  const folder = join(root, name);
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  if (configuration !== undefined) {
    const text = JSON.stringify(configuration);
    await writeFile(join(folder, '.prettierrc'), text);
    await symlink(PRETTIER, join(modules, 'prettier'), 'junction');
  }
  return folder;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nest-add-prettier-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('the prettier of an app', () => {
  test('nest add formats new files as the prettier of the app is configured', async () => {
    const folder = await appWith('configured', { semi: false });
    const formatter = new Formatter(folder, expect.fail);

    expect(await formatter.format(PATH, CODE)).toBe('const list = ["a"]\n');
  });

  test('nest add formats a changed file only if prettier has formatted it before', async () => {
    const folder = await appWith('changed', { singleQuote: true });
    const formatter = new Formatter(folder, expect.fail);
    const after = CODE.replace("'a'", "'a','b'");

    expect(await formatter.formatChanged(PATH, CODE, after)).toBe(
      "const list = ['a', 'b'];\n",
    );
    const other = CODE.replaceAll("'", '"');
    expect(await formatter.formatChanged(PATH, other, after)).toBe(after);
  });

  test('nest add leaves files as they are in an app without prettier', async () => {
    const formatter = new Formatter(await appWith('without'), expect.fail);

    expect(await formatter.format(PATH, CODE)).toBe(CODE);
    expect(await formatter.formatChanged(PATH, '', CODE)).toBe(CODE);
  });

  test('nest add leaves files as they are where prettier fails, and warns', async () => {
    const folder = await appWith('failing', { plugins: ['missing-plugin'] });
    const warnings: string[] = [];
    const formatter = new Formatter(folder, (text) => warnings.push(text));

    expect(await formatter.format(PATH, CODE)).toBe(CODE);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^The app's prettier does not format src\/app\.module\.ts: .*missing-plugin/,
      ),
    ]);
  });
});
