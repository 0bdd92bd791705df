import fc from 'fast-check';
import { StatsD } from 'hot-shots';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readDatadogContext } from '../../../src/exporters/statsd/datadog-environment.js';
import {
  type Labels,
  LineWriter,
  type LineType,
} from '../../../src/exporters/statsd/line-writer.js';

/** What both write the same way; what else a label may have is below, with the difference. */
const PLAIN = /^[^\p{C}|,@#:=;~\\%\s]+$/u;

const METHODS = {
  c: 'increment',
  g: 'gauge',
  ms: 'timing',
  h: 'histogram',
  d: 'distribution',
} as const;

interface Line {
  readonly type: LineType;
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly sampleRate: number;
}

const labelName = fc.oneof(
  fc.stringMatching(/^[a-zA-Z_]\w{0,8}$/),
  fc.constantFrom('env', 'service', 'team', 'tags', 'constructor'),
);

const lineOf = (value: fc.Arbitrary<string>): fc.Arbitrary<Line> =>
  fc.record({
    type: fc.constantFrom(...(Object.keys(METHODS) as LineType[])),
    name: fc.stringMatching(/^[a-z_]\w{0,12}$/),
    labels: fc.dictionary(labelName, value, { noNullPrototype: true }),
    value: fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
    sampleRate: fc.constantFrom(1, 0.5, 0.25, 0.000_001),
  });

const plain = lineOf(
  fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => PLAIN.test(text)),
);

const prefix = fc.constantFrom('', 'app', 'app.', 'app.web-1');

/** The line of a client that opens no socket. */
function reference(
  { type, name, labels, value, sampleRate }: Line,
  options: object,
): string {
  // With a rate below 1 it leaves lines out by chance.
  const random = vi.spyOn(Math, 'random').mockReturnValue(0);
  const client = new StatsD({ mock: true, protocol: 'udp', ...options });
  client[METHODS[type]](name, value, sampleRate, { ...labels });
  random.mockRestore();
  return client.mockBuffer![0]!;
}

/** Tags in any order: hot-shots puts the tags of one name side by side. */
function sorted(line: string): string[] {
  return line
    .split('|')
    .map((part) =>
      part.startsWith('#')
        ? part.slice(1).split(',').toSorted().join(',')
        : part,
    );
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('a line', () => {
  it('a line with tags of dogstatsd is the same as that of hot-shots', () => {
    fc.assert(
      fc.property(plain, prefix, (line, prefix) => {
        const writer = new LineWriter({ prefix, tags: 'dogstatsd' }, undefined);
        expect(written(writer, line)).toBe(
          reference(line, { prefix, includeDataDogTags: false }),
        );
      }),
    );
  });

  it('a line with tags of telegraf is the same as that of hot-shots', () => {
    fc.assert(
      fc.property(plain, prefix, (line, prefix) => {
        const writer = new LineWriter({ prefix, tags: 'telegraf' }, undefined);
        expect(written(writer, line)).toBe(
          reference(line, {
            prefix,
            telegraf: true,
            includeDataDogTags: false,
          }),
        );
      }),
    );
  });

  // hot-shots has no tags of Graphite, which are part of the name.
  it('a line with tags of graphite is that of hot-shots for a name with the tags', () => {
    fc.assert(
      fc.property(plain, prefix, (line, prefix) => {
        const writer = new LineWriter({ prefix, tags: 'graphite' }, undefined);
        const tags = Object.entries(line.labels).map(
          ([name, value]) => `;${name}=${value}`,
        );
        const whole = { ...line, name: line.name + tags.join(''), labels: {} };
        expect(written(writer, line)).toBe(
          reference(whole, { prefix, includeDataDogTags: false }),
        );
      }),
    );
  });

  // hot-shots writes "_" for each of these characters, which makes one series of two. For Telegraf it keeps ":" and "=", at which Telegraf splits a line.
  it('a label has an escape where hot-shots replaces a character by "_"', () => {
    const character = fc.oneof(
      fc.constantFrom(...'|,@#\n\r :=;~\\_'),
      fc.stringMatching(/^[a-z]$/),
    );
    const hostile = lineOf(fc.string({ unit: character, minLength: 1 }));
    fc.assert(
      fc.property(hostile, (line) => {
        const writer = new LineWriter(
          { prefix: '', tags: 'dogstatsd' },
          undefined,
        );
        const replaced = written(writer, line).replace(
          /%(7C|2C|40|23|0A|0D)/g,
          '_',
        );
        expect(replaced).toBe(reference(line, { includeDataDogTags: false }));
      }),
    );
  });
});

describe('the environment of a Datadog Agent', () => {
  const text = fc
    .string({ minLength: 1 })
    .filter((value) => /^[!-~]( ?[!-~])*$/.test(value));
  const tag = fc.oneof(
    fc.stringMatching(/^[a-z]{1,4}$/),
    fc.stringMatching(/^(env|team|service|[a-z]{1,4}):[a-z|@#:.]{1,4}$/),
  );
  const tags = fc
    .tuple(
      fc.array(tag, { minLength: 1 }),
      fc.constantFrom(',', ', ', ' ', '  '),
    )
    .map(([all, separator]) => all.join(separator));
  const variables = fc.record(
    {
      DD_AGENT_HOST: fc.constant('agent'),
      DD_ENTITY_ID: text,
      DD_ENV: text,
      DD_SERVICE: text,
      DD_VERSION: text,
      DD_TAGS: tags,
      DATADOG_TAGS: tags,
      DD_EXTERNAL_ENV: text,
      DD_CARDINALITY: fc.constantFrom(
        'none',
        'low',
        'orchestrator',
        'HIGH',
        'all',
        '',
      ),
      DATADOG_CARDINALITY: fc.constantFrom('none', 'high'),
      DD_ORIGIN_DETECTION_ENABLED: fc.constantFrom(
        'no',
        'FALSE',
        '0',
        'true',
        '',
      ),
    },
    { requiredKeys: [] },
  );

  it('variables of Datadog add the same tags and fields to a line as with hot-shots', async () => {
    // hot-shots prints what it ignores.
    vi.spyOn(console, 'error').mockReturnValue();
    await fc.assert(
      fc.asyncProperty(plain, variables, async (line, given) => {
        for (const [name, value] of Object.entries(given))
          vi.stubEnv(name, value);
        const writer = new LineWriter(
          { prefix: '', tags: 'dogstatsd' },
          await readDatadogContext(),
        );
        const [own, theirs] = [written(writer, line), reference(line, {})];
        vi.unstubAllEnvs();
        expect(sorted(own)).toEqual(sorted(theirs));
      }),
    );
  });
});

function written(
  writer: LineWriter,
  { type, name, labels, value, sampleRate }: Line,
): string {
  return writer.line(type, name, labels, value, sampleRate);
}
