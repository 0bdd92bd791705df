import { describe, expect, it } from 'vitest';
import { llmsText, pageOf } from './llms.js';
import { DOCUMENTS, ROOT } from './markdown.js';

const PAGES = DOCUMENTS.filter((path) =>
  /^docs\/(?!decisions\/)[\w-]+\/.+\.md$/.test(path),
);

describe('llms.txt', () => {
  /** `npx vitest run --project unit test/docs/llms.spec.ts -u` writes the file. */
  it('llms.txt lists the pages for users by title and first sentence', async () => {
    await expect(llmsText()).toMatchFileSnapshot(`${ROOT}llms.txt`);
  });

  it.each(PAGES)('llms.txt has the page %s', (path) => {
    expect(llmsText()).toContain(`](${path}): ${pageOf(path).summary}\n`);
  });

  it('llms.txt has the form of llmstxt.org: a title, a summary, and sections of links', () => {
    const [title, summary, about, ...sections] = llmsText().split('\n\n');
    expect(title).toBe('# nestjs-agent-metrics');
    expect(summary).toMatch(/^> \w.+\.$/);
    expect(about).toMatch(/^\w.+\.$/);
    const links = sections.filter((text) => !text.startsWith('## '));
    expect(links.length).toBe(sections.length / 2);
    for (const line of links.join('\n').trim().split('\n')) {
      expect(line).toMatch(/^- \[[^\]]+\]\([\w/.-]+\): \S.*[.!?]$/);
    }
  });
});
