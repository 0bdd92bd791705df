import 'reflect-metadata';
import { transformSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as decorators from '../../src/index.js';
import {
  Agent,
  AgentRun,
  Counted,
  DecoratorError,
  HealthCheck,
  InFlight,
  MetricLabel,
  NoMetrics,
  Streamed,
  Timed,
  Tool,
} from '../../src/index.js';
import { withLastLine } from '../../src/core/message-links.js';

/** As JavaScript calls it, without types. */
type Loose = (...args: any[]) => any;

/** The decorators of methods, as users write them. */
const OF_METHODS: [string, Loose][] = [
  ['@Timed()', Timed],
  ['@Counted()', Counted],
  ['@Streamed()', Streamed],
  ['@InFlight()', InFlight],
  ['@AgentRun()', AgentRun],
  ['@Tool()', Tool],
];

class Assistant {
  run() {}
}

const method = () => ({
  value: function run() {},
  writable: true,
  configurable: true,
});

/** What a decorator says that the compiler calls with these. */
function errorOf(decorate: () => unknown): DecoratorError {
  try {
    decorate();
  } catch (error) {
    expect(error).toBeInstanceOf(DecoratorError);
    return error as DecoratorError;
  }
  throw new Error('There is no error');
}

const linked = (message: string) => withLastLine(message, 'invalid_decorator');

describe.each(OF_METHODS)('%s', (written, make) => {
  test.each([
    [
      'a property',
      [Assistant.prototype, 'run', undefined],
      'the property Assistant.run; expected a method of instances. If it is an arrow function, write it as a method',
    ],
    [
      'a property that Babel compiled',
      [Assistant.prototype, 'run', { initializer: () => () => {} }],
      'the property Assistant.run; expected a method of instances. If it is an arrow function, write it as a method',
    ],
    [
      'an accessor',
      [Assistant.prototype, 'size', { get: () => 1 }],
      'the accessor Assistant.size; expected a method of instances. Put it on a method',
    ],
    [
      'a static method',
      [Assistant, 'make', method()],
      'the static method Assistant.make(); expected a method of instances. Make it a method of instances: Nest injects nothing into classes',
    ],
    [
      'a class',
      [Assistant],
      'the class Assistant; expected a method of instances. Put it on methods of the class',
    ],
    [
      'a parameter',
      [Assistant.prototype, 'run', 0],
      'a parameter of Assistant.run(); expected a method of instances. Put it on the method',
    ],
  ])(
    'a misplaced method decorator says where it belongs when it stands on %s',
    (_what, args, message) => {
      const { message: said } = errorOf(() => make()(...args));
      expect(said).toBe(linked(`${written} stands on ${message}`));
    },
  );

  test.each([
    ['a method', [Assistant.prototype, 'run', method()], 'Assistant.run'],
    ['a class', [Assistant], 'Assistant'],
    ['a property', [Assistant.prototype, 'run', undefined], 'Assistant.run'],
  ])(
    'a method decorator asks for its parentheses on %s',
    (_what, args, place) => {
      expect(errorOf(() => make(...args)).message).toBe(
        linked(
          `${written.replace('()', '')} stands on ${place} without parentheses; write ${written}`,
        ),
      );
    },
  );
});

describe('a decorator in code that is compiled without experimentalDecorators', () => {
  test.each([
    ['@Timed() run() {}', '@Timed() on the method run'],
    ['@Counted() run = () => 1', '@Counted() on the field run'],
    ['@Tool() get size() { return 1 }', '@Tool() on the getter size'],
    ['@InFlight() static run() {}', '@InFlight() on the method run'],
    ["@HealthCheck('a') run() {}", '@HealthCheck("a") on the method run'],
    ['@NoMetrics() run() {}', '@NoMetrics() on the method run'],
  ])(
    'a decorator compiled without experimentalDecorators names the setting: %s',
    (member, place) => {
      const { message } = errorOf(() => evaluated(`class A { ${member} }`));
      expect(message).toBe(
        linked(
          `${place} is compiled as a TC39 decorator; expected one as NestJS has them. Set "experimentalDecorators": true in tsconfig.json (SWC: jsc.transform.legacyDecorator)`,
        ),
      );
    },
  );

  test('a decorator in code that is compiled without experimentalDecorators names the setting on a class', () => {
    for (const decorator of ["@Agent('Ada')", '@NoMetrics()']) {
      const { message } = errorOf(() => evaluated(`${decorator} class Ada {}`));
      expect(message).toContain('on the class Ada is compiled as a TC39');
    }
  });

  test('a decorator in code that is compiled without experimentalDecorators asks for its parentheses first', () => {
    const { message } = errorOf(() => evaluated('class A { @Timed run() {} }'));
    expect(message).toBe(
      linked('@Timed stands on run without parentheses; write @Timed()'),
    );
  });
});

/** Runs code as esbuild compiles it by default. */
function evaluated(source: string): unknown {
  const { code } = transformSync(source, {
    loader: 'ts',
    target: 'es2022',
    tsconfigRaw: {},
  });
  const names = Object.keys(decorators);
  // oxlint-disable-next-line typescript/no-implied-eval
  const run = new Function(...names, code);
  return run(...Object.values(decorators));
}

describe('@Agent()', () => {
  test.each([
    ['a method', [Assistant.prototype, 'run', method()], 'Assistant.run'],
    ['a property', [Assistant.prototype, 'name', undefined], 'Assistant.name'],
    ['a static method', [Assistant, 'make', method()], 'Assistant.make'],
  ])(
    '@Agent() says that it belongs on a class when it stands on %s',
    (_what, args, member) => {
      expect(errorOf(() => (Agent('Ada') as Loose)(...args)).message).toBe(
        linked(
          `@Agent() stands on the member ${member}; expected a class. Put it on the class: it names the agent that the class is`,
        ),
      );
    },
  );

  test.each([
    ['', "''"],
    [5, '5'],
    [{ name: 'Ada' }, "{ name: 'Ada' }"],
  ])('@Agent() refuses %j as a name', (name, shown) => {
    const decorate = (Agent as Loose)(name);
    expect(errorOf(() => decorate(Assistant)).message).toBe(
      linked(
        `@Agent() on Assistant: The name is ${shown}; expected a text that is not empty`,
      ),
    );
  });

  test('@Agent() asks for its parentheses', () => {
    expect(errorOf(() => (Agent as Loose)(Assistant)).message).toBe(
      linked(
        "@Agent stands on Assistant without parentheses; write @Agent('name')",
      ),
    );
  });
});

describe('@MetricLabel()', () => {
  test.each([
    ['a method', [Assistant.prototype, 'run', method()], 'Assistant.run'],
    ['a property', [Assistant.prototype, 'run', undefined], 'Assistant.run'],
    ['a parameter of a constructor', [Assistant, undefined, 0], 'Assistant'],
    [
      'a parameter of a static method',
      [Assistant, 'make', 0],
      'Assistant.make',
    ],
  ])(
    '@MetricLabel() says where it belongs when it stands on %s',
    (_what, args, on) => {
      const decorate = MetricLabel('model') as Loose;
      expect(errorOf(() => decorate(...args)).message).toBe(
        linked(
          `@MetricLabel() stands on ${on}; expected a parameter of a method of instances. Write run(@MetricLabel('model') model: string)`,
        ),
      );
    },
  );

  test.each([['le'], ['a-b'], [''], [undefined], ['__name__']])(
    '@MetricLabel() refuses %j as the name of a label',
    (label) => {
      const decorate = (MetricLabel as Loose)(label);
      const { message } = errorOf(() =>
        decorate(Assistant.prototype, 'run', 0),
      );
      expect(message).toMatch(
        /^@MetricLabel\(\) on a parameter of Assistant\.run\(\): The name is .+; expected the name of a label/,
      );
    },
  );
});

describe('@HealthCheck()', () => {
  test('@HealthCheck() says where it belongs, and asks for its parentheses', () => {
    const decorate = HealthCheck('db') as Loose;
    const property = [Assistant.prototype, 'run', undefined];
    expect(errorOf(() => decorate(...property)).message).toBe(
      linked(
        '@HealthCheck("db") stands on the property Assistant.run; expected a method of instances. If it is an arrow function, write it as a method',
      ),
    );
    expect(errorOf(() => (HealthCheck as Loose)(...property)).message).toBe(
      linked(
        "@HealthCheck stands on Assistant.run without parentheses; write @HealthCheck('name')",
      ),
    );
  });
});

test('@NoMetrics asks for its parentheses', () => {
  const bare = NoMetrics as Loose;
  expect(errorOf(() => bare(Assistant)).message).toBe(
    linked(
      '@NoMetrics stands on Assistant without parentheses; write @NoMetrics()',
    ),
  );
});

describe('an option of a decorator', () => {
  test.each<[Loose, unknown, string]>([
    [
      Timed,
      { bucket: [1] },
      '@Timed() on Assistant.run(): bucket is not an option; known here are: name, description, labels, initialLabels, buckets; did you mean "buckets"?',
    ],
    [
      Timed,
      { help: 'text' },
      '@Timed() on Assistant.run(): help is not an option; known here are: name, description, labels, initialLabels, buckets; did you mean "description"?',
    ],
    [
      Timed,
      { labelNames: ['a'] },
      '@Timed() on Assistant.run(): labelNames is not an option; known here are: name, description, labels, initialLabels, buckets; did you mean "labels"?',
    ],
    [
      Counted,
      { recordFailures: true },
      '@Counted() on Assistant.run(): recordFailures is not an option; known here are: name, description, labels, initialLabels, recordFailuresOnly; did you mean "recordFailuresOnly"?',
    ],
    [
      Counted,
      { recordFailuresOnly: 'yes' },
      "@Counted() on Assistant.run(): recordFailuresOnly is 'yes'; expected true or false",
    ],
    [
      Timed,
      { buckets: { agent_duration_seconds: [1, 2] } },
      '@Timed() on Assistant.run(): buckets is { agent_duration_seconds: [Array] }; expected finite numbers in strictly increasing order, such as [0.1, 1, 10]',
    ],
    [
      Timed,
      { buckets: [2, 1] },
      '@Timed() on Assistant.run(): buckets is [ 2, 1 ]; expected finite numbers in strictly increasing order, such as [0.1, 1, 10]',
    ],
    [
      Timed,
      [0.1, 1],
      '@Timed() on Assistant.run(): The options object is [ 0.1, 1 ]; expected an object with any of: name, description, labels, initialLabels, buckets',
    ],
    [
      Timed,
      null,
      '@Timed() on Assistant.run(): The options object is null; expected an object with any of: name, description, labels, initialLabels, buckets',
    ],
    [
      Timed,
      '',
      "@Timed() on Assistant.run(): Metric name '' cannot be used; give a string with at least one ASCII letter or digit",
    ],
    [
      Streamed,
      { description: 'text' },
      '@Streamed() on Assistant.run(): description is not an option; known here are: name, labels, initialLabels, buckets',
    ],
    [
      Timed,
      { description: 5 },
      '@Timed() on Assistant.run(): description is 5; expected a text',
    ],
    [
      InFlight,
      { labels: () => ({}) },
      '@InFlight() on Assistant.run(): labels is [Function: labels]; expected an object of label names (letters, digits and "_"; not le, quantile or __x) and text values',
    ],
    [
      Timed,
      { labels: { le: 'x' } },
      '@Timed() on Assistant.run(): labels is { le: \'x\' }; expected a function of the ended call, or an object of label names (letters, digits and "_"; not le, quantile or __x) and text values',
    ],
    [
      Tool,
      '',
      "@Tool() on Assistant.run(): The name is ''; expected a text that is not empty",
    ],
  ])(
    'an option of a decorator is checked with its place: %o %j',
    (make, options, message) => {
      const decorate = make(options);
      const apply = () => decorate(Assistant.prototype, 'run', method());
      expect(errorOf(apply).message).toBe(linked(message));
    },
  );

  test('an option of a decorator may be undefined, which leaves the default', () => {
    const undefinedOptions = {
      name: undefined,
      description: undefined,
      labels: undefined,
      buckets: undefined,
    };
    const decorate = (Timed as Loose)(undefinedOptions);
    expect(() => decorate(Assistant.prototype, 'run', method())).not.toThrow();
  });
});
