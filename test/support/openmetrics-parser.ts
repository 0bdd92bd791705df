import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pythonWithParser } from './openmetrics-python.mjs';

export interface ParsedExemplar {
  readonly labels: Record<string, string>;
  readonly value: number;
  readonly timestamp: number;
}

export interface ParsedSample {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
  readonly exemplar: ParsedExemplar | null;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

/** The strict parser of Prometheus' client for Python, in one process for many pages. */
export interface OpenMetricsParser {
  /** Rejects with the parser's words and the page. */
  parse(page: string): Promise<ParsedFamily[]>;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('openmetrics_parser.py', import.meta.url));

/** Whether the parser can be started here. Under CI a missing one is a failure, not a reason to skip. */
export function hasParser(): boolean {
  const isThere = pythonWithParser() !== undefined;
  if (!isThere && process.env.CI === 'true') {
    throw new Error('There is no python3 with prometheus_client');
  }
  return isThere;
}

export function startParser(): OpenMetricsParser {
  const child = spawn(pythonWithParser()!, [SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  const answers = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()),
  );
  return {
    parse: async (page) => {
      child.stdin.write(`${JSON.stringify(page)}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error('The parser has ended');
      const parsed = JSON.parse(value, (key, one: unknown) =>
        key === 'value' || key === 'timestamp' ? numberOf(String(one)) : one,
      ) as ParsedFamily[] | string;
      if (typeof parsed === 'string') throw new Error(`${parsed}\n${page}`);
      return parsed;
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** A number as Python writes it. */
function numberOf(text: string): number {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  return Number(text);
}
