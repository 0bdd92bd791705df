import { readFileSync } from 'node:fs';
import { ConsoleLogger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { MetricsModule, OptionsError } from '../../src/index.js';

const PAGE = new URL('../../docs/troubleshooting/messages.md', import.meta.url);

/** What the process prints from now on. */
function printed(): () => string {
  const outputs = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  );
  onTestFinished(() => outputs.forEach((output) => output.mockRestore()));
  return () => outputs.flatMap(({ mock }) => mock.calls.join('')).join('');
}

test('an app that does not start prints the section of the page that explains its error', async () => {
  @Module({
    imports: [
      MetricsModule.forRootAsync({
        useFactory: () => ({ prometheus: { port: 70_000 } }),
      }),
    ],
  })
  class AppModule {}
  const output = printed();
  const start = NestFactory.create(AppModule, {
    abortOnError: false,
    logger: new ConsoleLogger({ logLevels: ['error'], colors: false }),
  });
  await expect(start).rejects.toBeInstanceOf(OptionsError);
  const links = output().matchAll(/^See nestjs-agent-metrics\/(\S+)#(\S+)$/gm);
  const [[, path, anchor]] = [...links] as [RegExpExecArray];
  expect(PAGE.pathname.endsWith(path!)).toBe(true);
  const headings = readFileSync(PAGE, 'utf8').matchAll(/^### (.*)$/gm);
  expect(
    [...headings].map(([, text]) => text!.toLowerCase().replaceAll(' ', '-')),
  ).toContain(anchor);
});
