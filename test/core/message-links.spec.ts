import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DecoratorError,
  ExportError,
  LabelError,
  messageOf,
  MetricConflictError,
  MetricsError,
  OptionsError,
} from '../../src/core/errors.js';
import { logWarning } from '../../src/core/logger.js';
import { sectionOf } from '../../src/core/message-links.js';
import { runCli } from '../../src/cli/run-cli.js';
import { makeCollector, samples } from '../support/collector.js';
import { tempFolder } from '../support/temp.js';

const LINK = /docs\/troubleshooting\/messages\.md#/g;

const linksIn = (text: string) => text.match(LINK)?.length ?? 0;

/** What a logger gets. */
function logged(
  ...warning: Parameters<typeof logWarning> extends [unknown, ...infer Rest]
    ? Rest
    : never
): string {
  const lines: string[] = [];
  logWarning({ warn: (line) => void lines.push(line) }, ...warning);
  return lines.join();
}

describe('the link of an error', () => {
  test('the link of an error is its last line, and part of its stack', () => {
    const error = new OptionsError('port is 7');
    expect(error.message).toBe(`port is 7\nSee ${sectionOf('invalid_option')}`);
    expect(error.stack).toContain(error.message);
  });

  test('an error that contains the message of another one has one link, its own', () => {
    const inner = new LabelError('Label "a" is malformed');
    const outer = new DecoratorError(`@Timed(): ${inner.message}; correct it`);
    expect(outer.message).toBe(
      `@Timed(): Label "a" is malformed; correct it\nSee ${sectionOf('invalid_decorator')}`,
    );
  });

  test('a subclass of an app links the section of its base class', () => {
    class RefusedError extends ExportError {}
    expect(new RefusedError('no').message).toBe(
      `no\nSee ${sectionOf('export')}`,
    );
  });

  test('an error with a code of the app has no link', () => {
    class QuotaError extends MetricsError {
      readonly code = 'quota';
    }
    expect(new QuotaError('no quota').message).toBe('no quota');
  });

  test('a message that is made from an error has no link', () => {
    const error = new OptionsError('port is 7');
    expect(messageOf(error)).toBe('OptionsError: port is 7');
    expect(messageOf(new Error(`Failed: ${error.message}`))).toBe(
      'Error: Failed: port is 7',
    );
  });
});

describe('the link of a warning', () => {
  test('the link of a warning is on its line, after the end of its sentence', () => {
    const link = `See ${sectionOf('series_limit')}`;
    expect(logged('It is full', 'series_limit')).toBe(`It is full. ${link}`);
    expect(logged('It is full.', 'series_limit')).toBe(`It is full. ${link}`);
    expect(logged('It is full [once]', 'series_limit')).toBe(
      `It is full [once] ${link}`,
    );
  });

  test('a warning about an error has one link, and one line', () => {
    const { message } = new MetricConflictError('Two types');
    expect(logged(`Kept: ${message}`, 'not_served')).toBe(
      `Kept: Two types. See ${sectionOf('not_served')}`,
    );
  });

  test('an error that is kept from the app is logged with the section of its code or of its cause', () => {
    const { collector, warnings } = makeCollector();
    collector.reportError('labels', new LabelError('A'), 'one');
    collector.reportError('labels', new Error('B'), 'two');
    expect(warnings).toEqual([
      `one: LabelError: A [invalid_label; logged once, counted] See ${sectionOf('invalid_label')}`,
      `two: Error: B [labels; logged once, counted] See ${sectionOf('labels')}`,
    ]);
  });

  test('an error that the app reports with a cause of its own is logged without a link', () => {
    const { collector, warnings } = makeCollector();
    collector.reportError('my_cause', new Error('B'));
    expect(warnings).toEqual(['Error: B [my_cause; logged once, counted]']);
  });

  test('a warning of an exporter of the app is logged as it is', async () => {
    const { collector, warnings } = makeCollector();
    await collector.addExporter({
      name: 'mine',
      start: (logger) => logger?.warn('As it is'),
      export: () => {},
    });
    await collector.initialize();
    await collector.shutdown();
    expect(warnings).toEqual(['As it is']);
  });
});

describe('texts that are no log', () => {
  test('pages, label values and health answers have no link', async () => {
    const { collector } = makeCollector({}, { health: { details: true } });
    const fail = () => {
      throw new OptionsError('It is wrong');
    };
    collector.gauge('fails', { collect: fail });
    collector.addHealthCheck({ name: 'wrong', check: fail });
    await collector.addExporter({
      name: 'fails',
      interval: false,
      export: () => {
        throw new ExportError('The backend is away');
      },
    });
    await collector.initialize();
    const failed = await collector.flush().catch((error: Error) => error);
    expect(linksIn((failed as Error).message)).toBe(1);
    expect(await samples(collector, 'metrics_errors_total')).toHaveLength(1);
    const health = JSON.stringify(await collector.healthCheck());
    expect(health).toContain('OptionsError: It is wrong');
    expect(health).toContain('ExportError: The backend is away');
    expect(linksIn(health + (await collector.metrics()))).toBe(0);
    await collector.shutdown();
  });

  test('the command line shows errors without a link', async () => {
    const errors: string[] = [];
    const output = {
      out: () => {},
      error: (text: string) => void errors.push(text),
    };
    const file = join(tempFolder(), 'prices.json');
    const models = [{ model: 'a', input: -1 }];
    writeFileSync(file, JSON.stringify({ currency: 'USD', models }));
    expect(await runCli(['prices', 'check', file], output)).toBe(1);
    expect(errors.join()).toContain('input is -1; expected');
    expect(linksIn(errors.join())).toBe(0);
  });
});
