import { beforeEach, describe, expect, test } from 'vitest';
import { eventsOf, SampleApp, useOpenAi } from './sample-app.js';

beforeEach(() => useOpenAi());

describe('the page of the sample app', () => {
  test('the page of the sample app has a policy that allows its own files alone', async () => {
    const app = await SampleApp.start();

    const response = await app.get('/');

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(
      'text/html; charset=utf-8',
    );
    const policy = response.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(await response.text()).not.toMatch(/<script>|<style|style=| on\w+=/);
  });

  test('the page of the sample app refers to files that the app serves, each with its type', async () => {
    const app = await SampleApp.start();
    const page = await (await app.get('/')).text();

    const files = [...page.matchAll(/(?:href|src)="(page\/[^"]+)"/g)];
    const types = new Map<string, string>();
    for (const [, file] of files) {
      const response = await app.get(`/${file}`);
      expect(response.status, file).toBe(200);
      types.set(file!, response.headers.get('content-type')!);
    }
    expect(types).toEqual(
      new Map([
        ['page/icon.svg', 'image/svg+xml'],
        ['page/theme.css', 'text/css; charset=utf-8'],
        ['page/page.css', 'text/css; charset=utf-8'],
        ['page/main.js', 'text/javascript; charset=utf-8'],
      ]),
    );
  });

  test.each([
    '/page/missing.js',
    '/page/..%2fpage.controller.ts',
    '/docs/guides/missing.md',
    '/docs/guides',
    '/docs/..%2f..%2fpackage.json',
  ])('no file is served at %s', async (path) => {
    const app = await SampleApp.start();

    expect((await app.get(path)).status).toBe(404);
  });

  test.each(['/README.md', '/docs/guides/scraping.md'])(
    'the documentation that answers name is served as text at %s',
    async (path) => {
      const app = await SampleApp.start();

      const response = await app.get(path);

      expect(response.headers.get('content-type')).toBe(
        'text/plain; charset=utf-8',
      );
      expect(await response.text()).toMatch(/^# /);
    },
  );
});

describe('what the page asks for', () => {
  test('the agents are listed with the names that their runs have', async () => {
    const app = await SampleApp.start();

    const { agents } = (await (await app.get('/agents')).json()) as any;

    expect(agents.map(({ title }: any) => title)).toEqual([
      'Assistant',
      'Retriever',
      'Writer',
    ]);
    for (const { name } of agents) {
      const response = await app.post(name, { input: 'the calls of an agent' });
      expect(response.status).toBe(name === 'writer' ? 404 : 200);
    }
  });

  test('an answer with a pace is the same text, word by word', async () => {
    const app = await SampleApp.start();
    const input = 'Is every call of an agent counted once?';
    const plain = await app.post('assistant', { input });
    const { output } = (await plain.json()) as { output: string };

    const events = await eventsOf(
      await app.stream('assistant', { input, pace: 1000 }),
    );

    const deltas = events.map(({ data }) => data.delta ?? '');
    expect(deltas.join('')).toBe(output);
    expect(deltas.slice(0, 3)).toEqual(['Every ', 'call ', 'of ']);
  });

  test.each([
    ['30', '"pace" is not an integer'],
    [0, '"pace" is 0; expected 1 to 1000 words per second'],
    [1001, '"pace" is 1001; expected 1 to 1000 words per second'],
    [1.5, '"pace" is not an integer'],
  ])('the pace %j is refused', async (pace, message) => {
    const app = await SampleApp.start();

    const response = await app.post('assistant', { input: 'agent', pace });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message });
  });
});
