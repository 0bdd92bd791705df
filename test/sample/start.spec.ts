import { describe, expect, test } from 'vitest';
import { readOpenAiConfig, readPort } from '../../sample-app/src/config.js';
import { documents, SampleApp, useOpenAi } from './sample-app.js';

describe('the sample app does not start', () => {
  test('the sample app does not start without documentation, and says where it looked', async () => {
    useOpenAi();
    const root = documents({ 'docs/notes.txt': 'text' });

    await expect(SampleApp.start(root)).rejects.toThrow(
      `There is no documentation to answer from; expected README.md or pages in docs/ with some text in ${root}`,
    );
  });

  test('the sample app does not start with half the settings of an API, and names the missing', async () => {
    useOpenAi('', 'secret-key', '');

    await expect(SampleApp.start()).rejects.toThrow(
      /^OPENAI_BASE_URL and OPENAI_MODEL are not set; [^]*none of them$/,
    );
  });
});

describe('the settings', () => {
  test('the settings of an API never show its key in an error', () => {
    const env = {
      OPENAI_API_KEY: 'secret-key',
      OPENAI_BASE_URL: 'secret-key',
      OPENAI_MODEL: 'test',
    };

    expect(() => readOpenAiConfig(env)).toThrow(/^(?!.*secret-key)/);
    expect(() => readOpenAiConfig(env)).toThrow('OPENAI_BASE_URL is not a URL');
  });

  test.each([
    [undefined, 3000],
    ['', 3000],
    ['8080', 8080],
    ['0', 0],
  ])('the settings make PORT=%s the port %i', (PORT, port) => {
    expect(readPort({ PORT })).toBe(port);
  });

  test.each(['abc', '-1', '65536', '3e3', '80.5'])(
    'the settings refuse PORT=%s',
    (PORT) => {
      expect(() => readPort({ PORT })).toThrow(
        `PORT is "${PORT}"; expected an integer from 0 to 65535`,
      );
    },
  );
});
