import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUILT, run } from './run-command.js';

const OWN = {
  currency: 'EUR',
  models: [
    {
      model: 'acme-1',
      provider: 'acme',
      input: '0.075',
      output: 2,
      multiplier: '1.1',
      tiers: [
        { above: 400_000, input: 3 },
        { above: 200_000, inclusive: true, input: 1 },
      ],
      serviceTiers: {
        flex: { multiplier: 0.5, tiers: [{ above: 200_000, output: 4 }] },
      },
      hours: [{ from: '01:00', to: '04:00', weekdays: [6, 7], input: 0 }],
      inferenceGeos: { us: { multiplier: '1.1' } },
      perCall: { web_search: '0.010' },
      perRequest: { code: 1 },
    },
    { model: 'acme-*', input: 5 },
  ],
};

const LITELLM = {
  sample_spec: {},
  'gpt-1': { litellm_provider: 'openai', input_cost_per_token: 2.19e-6 },
  'azure/gpt-1': { litellm_provider: 'azure', input_cost_per_token: 3e-6 },
  seconds: { litellm_provider: 'openai', input_cost_per_second: 1 },
};

/** Files with this content, removed after the test. */
function files(...contents: unknown[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'prices-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return contents.map((content, i) => {
    const file = join(folder, `prices-${i}.json`);
    const text =
      typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(file, text);
    return file;
  });
}

/** Checks files; their names are those without their folder. */
async function check(...args: string[]) {
  const { code, out, error } = await run('prices', 'check', ...args);
  const shortened = (text: string) =>
    text.replaceAll(/\S*\/(?=prices-\d)/g, '');
  return { code, out: shortened(out), error: shortened(error) };
}

describe('prices check', () => {
  test('prices check shows what each entry charges per million tokens', async () => {
    const { code, out, error } = await check(...files(OWN));
    expect(out).toBe(`prices-0.json: 2 prices in EUR per million tokens

acme-1 (acme)
  input 0.0825, output 2.2
  prompts from 200000 tokens: input 1.1
  prompts above 400000 tokens: input 3.3
  service tier flex: all prices x 0.5
    prompts above 200000 tokens: output 2.2
  01:00 to 04:00 UTC on days 6, 7: input 0
  in us: all prices x 1.1
  per call: web_search 0.01
  per request: code 1

acme-* (any provider)
  input 5`);
    expect(error).toBe('');
    expect(code).toBe(0);
  });

  test('prices check reads the file of LiteLLM, and lists the entries that have no price', async () => {
    const { code, out } = await check(...files(LITELLM));
    expect(out).toBe(`prices-0.json: 2 prices in USD per million tokens

gpt-1 (openai)
  input 2.19

gpt-1 (azure)
  input 3

prices-0.json: 1 entry left out
  "seconds": it has no price per token, call or image`);
    expect(code).toBe(0);
  });

  test('prices check shows which entry counts for a model, in the first file that has it', async () => {
    const { code, out } = await check(
      ...files(OWN, LITELLM),
      '--model=acme-9',
      '-m',
      'gpt-1',
      '--provider',
      'azure.ai.openai',
    );
    expect(out).toContain(
      '\nacme-9 (any provider), by the entry "acme-*" of prices-0.json\n  input 5',
    );
    expect(out).toContain('\ngpt-1 (azure)\n  input 3');
    expect(out).not.toContain('2.19');
    expect(code).toBe(0);
  });

  test('prices check without a provider shows the price of a model at each provider', async () => {
    const { out } = await check(...files(LITELLM), '-m', 'gpt-1');
    expect(out).toContain('gpt-1 (openai)\n  input 2.19');
    expect(out).toContain('gpt-1 (azure)\n  input 3');
  });

  test('prices check with a provider alone shows the entries of that provider', async () => {
    const { out } = await check(...files(LITELLM), '-p', 'azure');
    expect(out).toContain('gpt-1 (azure)');
    expect(out).not.toContain('(openai)');
  });

  test('a model without a price fails the check', async () => {
    const { code, error } = await check(
      ...files(LITELLM),
      '-m',
      'gpt-2',
      '-p',
      'openai',
    );
    expect(error).toBe(
      'Model "gpt-2" of provider "openai" has no price: its cost is not counted',
    );
    expect(code).toBe(1);
  });

  test.each<[string, unknown, string[]]>([
    [
      'entries that are wrong, each of them',
      {
        currency: 'USD',
        models: [
          { model: 'a', input: -1 },
          { model: 'b', input: 1 },
          { model: 'c' },
          { model: 'b', input: 2 },
          5,
        ],
      },
      [
        'prices-0.json: models[0].input is -1; expected a decimal number of 0 or more, as a number or a text',
        'prices-0.json: models[2] has no price; expected one at least, e.g. input and output',
        'prices-0.json: models[4] is 5; expected an object with any of: model, provider',
        'prices-0.json: model "b" of any provider has two entries; only the first one counts',
      ],
    ],
    [
      'entries of LiteLLM that are wrong',
      {
        ...LITELLM,
        bad: { litellm_provider: 'acme', input_cost_per_token: 'free' },
      },
      [
        `prices-0.json: "bad": input_cost_per_token is 'free'; expected a decimal number of 0 or more`,
      ],
    ],
    ['no currency', { models: [] }, ['prices-0.json: currency is missing']],
    ['no models', { currency: 'USD' }, ['prices-0.json: models is missing']],
    [
      'a list',
      [],
      [
        "prices-0.json: it is []; expected a table of prices, or LiteLLM's file",
      ],
    ],
    ['no JSON', '{', ['prices-0.json: ']],
  ])('a file with %s fails the check', async (_what, content, messages) => {
    const { code, error } = await check(...files(content));
    const lines = error.split('\n');
    expect(lines).toHaveLength(messages.length);
    for (const [i, message] of messages.entries()) {
      expect(lines[i]!.startsWith(message), lines[i]).toBe(true);
    }
    expect(code).toBe(1);
  });

  test.each(['/nowhere/prices.json', tmpdir(), '/dev/null'])(
    'a path that is no regular file, such as %s, fails the check without a stack',
    async (path) => {
      const { code, error } = await check(path);
      expect(error.startsWith(`${path}: `)).toBe(true);
      expect(error.split('\n')).toHaveLength(1);
      expect(code).toBe(1);
    },
  );

  test.each<[string[], string]>([
    [[], 'A command is missing; expected: prices check FILE...'],
    [['price'], '"price" is no command; expected: prices check FILE...'],
    [['prices', 'list'], '"prices list" is no command'],
    [['prices', 'check'], 'A FILE is missing'],
    [['prices', 'check', '--modle', 'a'], "Unknown option '--modle'"],
    [
      ['prices', 'check', 'a.json', '--model'],
      "Option '-m, --model <value>' argument missing",
    ],
    [
      ['prices', 'check', 'a.json', '--model', ''],
      'A model and a provider must have a name',
    ],
  ])('the command line %j is refused', async (args, message) => {
    const { code, error, out } = await run(...args);
    expect(error).toContain(message);
    expect(error).toContain('\nSee: nestjs-agent-metrics --help');
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  test('the command has a help, and so has prices check', async () => {
    expect(await run('--help')).toMatchObject({ code: 0, error: '' });
    expect((await run('--help')).out).toContain('prices check FILE...');
    const { code, out } = await check('-h');
    expect(code).toBe(0);
    expect(out).toContain('--model MODEL');
  });
});

describe('the built command', () => {
  const start = (...args: string[]) =>
    spawnSync(process.execPath, [BUILT, ...args], { encoding: 'utf8' });

  test('the built command checks a file', () => {
    const [file] = files(OWN);
    const { status, stdout, stderr } = start('prices', 'check', file!);
    expect(stderr).toBe('');
    expect(stdout).toContain('acme-1 (acme)\n  input 0.0825, output 2.2\n');
    expect(status).toBe(0);
  });

  test('the built command tells by its exit code what went wrong', () => {
    expect(start('prices', 'check', '/nowhere.json').status).toBe(1);
    const { status, stderr, stdout } = start('prices', 'chekc');
    expect(stderr).toMatch(/^"prices chekc" is no command/);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  test.each([
    ['of right prices', [], 0, /^$/],
    [
      'with a wrong price',
      [{ model: 'wrong', input: -1 }],
      1,
      /^\S+: models\[20000\]\.input is -1; expected .*\n$/,
    ],
  ])(
    'the built command ends as its file %s has it when its reader closes the pipe',
    async (_title, others, expected, message) => {
      const models = Array.from({ length: 20_000 }, (_, i) => ({
        model: `model-${i}`,
        input: 1,
      }));
      const content = { currency: 'USD', models: [...models, ...others] };
      const [file] = files(content);
      const child = spawn(process.execPath, [BUILT, 'prices', 'check', file!]);
      let stderr = '';
      child.stderr.on('data', (text) => (stderr += String(text)));
      child.stdout.once('data', () => child.stdout.destroy());
      const code = await new Promise((resolve) => child.once('close', resolve));
      expect(stderr).toMatch(message);
      expect(code).toBe(expected);
    },
  );
});
