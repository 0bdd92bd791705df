import { beforeEach, describe, expect, test } from 'vitest';
import { eventsOf, SampleApp, useOpenAi } from './sample-app.js';

const QUESTION = { input: 'Is every call of an agent counted once?' };

beforeEach(() => useOpenAi());

describe('a plain answer', () => {
  test('a plain answer is made of sentences of the documentation', async () => {
    const app = await SampleApp.start();

    const response = await app.post('assistant', QUESTION);

    expect(response.status).toBe(200);
    const { output } = (await response.json()) as { output: string };
    expect(output).toMatch(/^Every call of an agent is counted once\.\n/);
    expect(output).toContain('Source: Counting (README.md)');
  });

  test('a plain answer comes from any agent, whatever the case of its name', async () => {
    const app = await SampleApp.start();

    const response = await app.post('RetriEver', { input: 'namespace' });

    expect(await response.json()).toEqual({
      output:
        'Namespaces (docs/guides/scraping.md)\n\n- Every metric is prefixed with the namespace.\n\n',
    });
  });
});

describe('a streamed answer', () => {
  test('a streamed answer is the same text in pieces, with an event at its end', async () => {
    const app = await SampleApp.start();
    const plain = await app.post('assistant', QUESTION);
    const { output } = (await plain.json()) as { output: string };

    const response = await app.stream('assistant', QUESTION);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = await eventsOf(response);
    expect(events.pop()).toEqual({ event: 'done', data: {} });
    expect(events.length).toBeGreaterThan(1);
    expect(events.map(({ data }) => data.delta).join('')).toBe(output);
  });

  test('a streamed answer that cannot begin has the status of a plain one', async () => {
    const app = await SampleApp.start();

    const response = await app.stream('assistant', { input: 'qzxwvk jjqqzx' });

    expect(response.status).toBe(404);
  });
});

describe('a request is refused', () => {
  test.each([
    ['an empty body', '', '"input" is missing'],
    ['a list', [], 'The body is not a JSON object'],
    ['no input', {}, '"input" is missing'],
    ['an empty input', { input: ' ' }, '"input" is empty'],
    ['a number', { input: 5 }, '"input" is not a string'],
    ['null', { input: null }, '"input" is not a string'],
    ['a long input', { input: 'a'.repeat(4001) }, '4001 characters'],
    ['an empty session', { input: 'a', session: '' }, '"session" is empty'],
    [
      'a long session',
      { input: 'a', session: 's'.repeat(101) },
      '101 characters',
    ],
  ])('a request is refused with 400 for %s', async (_case, body, message) => {
    const app = await SampleApp.start();

    const response = await app.post('assistant', body);

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining(message),
    });
  });

  test('a request is refused with 400 for a body that is not JSON', async () => {
    const app = await SampleApp.start();

    expect((await app.post('assistant', '{"input"')).status).toBe(400);
  });

  test('a request is refused with 404 for an unknown agent, and names the known ones', async () => {
    const app = await SampleApp.start();

    const response = await app.post('constructor', QUESTION);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      message:
        'There is no agent "constructor"; there are: assistant, retriever, writer',
    });
  });

  test('a request is refused with 404 when nothing in the documentation matches', async () => {
    const app = await SampleApp.start();

    const response = await app.post('assistant', { input: 'qzxwvk jjqqzx' });

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      message: 'Nothing in the documentation matches the question',
    });
  });

  test('a request is refused with 404 when the Writer has no passages', async () => {
    const app = await SampleApp.start();

    const response = await app.post('writer', QUESTION);

    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      message: expect.stringContaining('ask the Assistant'),
    });
  });
});
