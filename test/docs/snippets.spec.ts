import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GUIDES_WITH_CHECKS, isOfApp, putNestNew, runGuide } from './guides.js';
import {
  allBlocks,
  anchorsOf,
  type Block,
  blocksOf,
  DOCUMENTS,
  proseOf,
  ROOT,
  section,
} from './markdown.js';
import {
  compile,
  fileOf,
  promtool,
  removeWorkspace,
  run,
  runApp,
} from './workspace.js';

const named = (block: Block) =>
  [`${block.document}:${block.line}`, block] as const;

const snippets = allBlocks('ts');
let errors: string[];

beforeAll(() => {
  putNestNew();
  errors = compile(snippets);
}, 240_000);

afterAll(removeWorkspace);

describe('TypeScript in the documentation', () => {
  it('TypeScript in the documentation compiles as strictly as the package does', () => {
    expect(snippets.length).toBeGreaterThan(20);
    expect(errors).toEqual([]);
  });

  it('TypeScript in the documentation never has two files of one path in a document', () => {
    const files = snippets.map(fileOf);
    expect(files.filter((file, i) => files.indexOf(file) !== i)).toEqual([]);
  });

  it.concurrent.each(snippets.filter((one) => !isOfApp(one)).map(named))(
    'the snippet %s runs to its end',
    async (_name, block) => {
      await run(fileOf(block));
    },
    190_000,
  );
});

describe('the quick start', () => {
  it.each([
    ['README.md', 'Start'],
    ['docs/start/quick-start.md', 'In a NestJS app'],
  ])(
    'the quick start of %s ends with the page that it shows',
    async (document, start) => {
      const blocks = blocksOf(document).filter(
        ({ heading }) => heading === start,
      );
      const commands = blocks.find(({ code }) => code.startsWith('curl'))!.code;
      const shown = blocks.find(({ language }) => language === 'text')!.code;
      const app = fileOf(blocks.find(({ code }) => code.includes('forRoot('))!);
      const output = await runApp(app, commands);
      // The answer before the page ends without a line break.
      expect(output.split(/\n|(?=# HELP)/)).toEqual(
        expect.arrayContaining(shown.trim().split('\n')),
      );
    },
    190_000,
  );
});

describe('the guides', () => {
  it('the guides have commands whose output they show', () => {
    expect(GUIDES_WITH_CHECKS.length).toBeGreaterThan(5);
  });

  it.concurrent.each(GUIDES_WITH_CHECKS)(
    'the app of %s prints what the guide shows',
    async (document) => {
      for (const { shown, printed } of await runGuide(document)) {
        expect(printed).toContain(shown);
      }
    },
    120_000,
  );
});

describe('Prometheus in the documentation', () => {
  const configurations = allBlocks('yaml').filter(({ code }) =>
    code.includes('scrape_configs'),
  );

  /** Not every Prometheus was built with the discovery of Kubernetes: Debian's was not. */
  const withoutKubernetes = (code: string) =>
    code.replace(
      /kubernetes_sd_configs:(\s+)- role: \w+/,
      'static_configs:$1- targets: []',
    );

  it.for(configurations.map(named))(
    'the Prometheus snippet %s is a configuration that promtool accepts',
    async ([, { code }], { skip }) => {
      const known = await promtool('config', withoutKubernetes(code));
      skip(!known, 'promtool is not installed');
    },
  );

  const alerts = allBlocks('yaml').filter(({ code }) =>
    code.startsWith('groups:'),
  );

  it.for(alerts.map(named))(
    'the Prometheus snippet %s has rules that promtool accepts',
    async ([, { code }], { skip }) => {
      const known = await promtool('rules', code);
      skip(!known, 'promtool is not installed');
    },
  );

  it.for(allBlocks('promql').map(named))(
    'the Prometheus snippet %s is one query that promtool accepts',
    async ([, { code }], { skip }) => {
      const rules = [{ record: 'documented', expr: code }];
      const groups = JSON.stringify({ groups: [{ name: 'docs', rules }] });
      const known = await promtool('rules', groups);
      skip(!known, 'promtool is not installed');
    },
  );
});

describe('YAML in the documentation', () => {
  it.each(allBlocks('yaml').map(named))(
    'the YAML snippet %s can be read',
    async (_name, block) => {
      await format(block.code, { parser: 'yaml' });
    },
  );
});

describe('links', () => {
  it.each(DOCUMENTS)('links of %s lead to files and headings', (document) => {
    const links = [...proseOf(document).matchAll(/\]\(([^)]+)\)/g)]
      .map(([, link]) => link!)
      .filter((link) => !/^https?:/.test(link));
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target =
        path === '' ? document : posix.join(posix.dirname(document), path);
      if (!existsSync(ROOT + target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe('the documented options', () => {
  /** The names that an error about an unknown option lists; none if it is about something else. */
  function knownOptions(configure: () => unknown): string[] {
    try {
      configure();
    } catch (error) {
      const list = /unknownOption is not an option; known here are: (.*)$/m;
      return list.exec((error as Error).message)?.[1]?.split(', ') ?? [];
    }
    return [];
  }

  const unknownOption = 1;
  const forRoot = (options: object) =>
    knownOptions(() => MetricsModule.forRoot(options));

  /** The names in the table of a section, without the group in front and without what is inside of an option. */
  function documentedIn(
    document: string,
    heading: string,
    group = '',
  ): string[] {
    const rows = section(document, heading).matchAll(/^\| `([\w.]+)`/gm);
    const names = [...rows].map(([, name]) => name!);
    expect(new Set(names).size).toBe(names.length);
    const prefix = `${group}.`;
    const inGroup = names.map((name) =>
      name.startsWith(prefix) ? name.slice(prefix.length) : name,
    );
    return [...new Set(inGroup.map((name) => name.split('.')[0]!))].sort();
  }

  /** Groups that are not in docs/reference/options.md: exporters have pages of their own. */
  const PAGES: Record<string, string> = {
    otlp: 'docs/reference/otlp.md',
    statsd: 'docs/reference/statsd.md',
    pushgateway: 'docs/reference/pushgateway.md',
    processes: 'docs/reference/processes.md',
    persistence: 'docs/reference/persistence.md',
  };

  const OPTIONS = forRoot({ unknownOption });

  it('the documented options of the module are those of MetricsModule.forRoot()', () => {
    expect(OPTIONS.length).toBeGreaterThan(10);
    expect(documentedIn('docs/reference/options.md', 'The module')).toEqual(
      OPTIONS.toSorted(),
    );
  });

  it.each(
    OPTIONS.map((name) => ({
      name,
      group: forRoot({ [name]: { unknownOption } }),
    })).filter(({ group }) => group.length > 0),
  )(
    'the documented options of the group $name are those that it takes',
    ({ name, group }) => {
      const documented =
        PAGES[name] === undefined
          ? documentedIn('docs/reference/options.md', `\`${name}\``, name)
          : documentedIn(PAGES[name], 'Options', name);
      expect(documented).toEqual(group.toSorted());
    },
  );

  it('the documented options of a PrometheusCollector are those that it takes', () => {
    const options = knownOptions(
      () => new PrometheusCollector({ unknownOption } as object),
    );
    expect(options.length).toBeGreaterThan(0);
    expect(
      documentedIn('docs/reference/options.md', '`PrometheusCollector`'),
    ).toEqual(options.toSorted());
  });
});
