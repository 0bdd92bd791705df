import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  Documentation,
  PROJECT_ROOT,
} from '../../sample-app/src/documentation/documentation.js';
import { splitIntoPassages } from '../../sample-app/src/documentation/passage.js';
import { sentencesOf } from '../../sample-app/src/documentation/sentences.js';
import { RetrieverAgent } from '../../sample-app/src/agents/retriever.agent.js';

describe('the documentation', () => {
  test('the documentation of this project answers how calls are counted', async () => {
    const retriever = new RetrieverAgent(new Documentation(PROJECT_ROOT));

    const passages = await retriever.run('How do I count calls of an agent?');

    expect(passages[0]?.text).toMatch(/count/i);
  });

  test('the agents know the pages for users, and neither decisions nor the generated API', () => {
    const root = mkdtempSync(join(tmpdir(), 'documentation-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const pages = [
      'README.md',
      'docs/decisions/core.md',
      'docs/decisions.md',
      'docs/reference/api/index.md',
      'docs/reference/metrics.md',
    ];
    for (const page of pages) {
      mkdirSync(dirname(join(root, page)), { recursive: true });
      writeFileSync(join(root, page), `The text of ${page}.\n`);
    }

    const { passages } = new Documentation(root);

    expect(passages.map(({ source }) => source)).toEqual([
      'README.md',
      'docs/decisions.md',
      'docs/reference/metrics.md',
    ]);
  });

  test('the documentation is split at its headings, but not at comments in code', () => {
    const markdown =
      'Before.\n# One\nText.\n````sh\n# comment\n```\n# more\n````\n## Two ##\nEnd.\n### Empty\n';

    expect(splitIntoPassages(markdown, 'README.md')).toEqual([
      { source: 'README.md', heading: 'README.md', text: 'Before.\n' },
      {
        source: 'README.md',
        heading: 'One',
        text: 'Text.\n````sh\n# comment\n```\n# more\n````\n',
      },
      { source: 'README.md', heading: 'Two', text: 'End.\n' },
    ]);
  });

  test('the documentation has sentences where it has prose', () => {
    const markdown =
      'It [counts](a.md) **calls**\nof agents. Once each. As here:\n\n```ts\ncode();\n```\n| a | b |\n|---|---|\n- First thing\n- Second thing\n![badge](b.svg)\n';

    expect(sentencesOf(markdown)).toEqual([
      'It counts calls of agents.',
      'Once each.',
      'First thing',
      'Second thing',
    ]);
  });
});
