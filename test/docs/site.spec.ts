import { describe, expect, it } from 'vitest';
import { GROUPS } from '../../docs/.vitepress/navigation.js';
import { allBlocks, DOCUMENTS, proseOf } from './markdown.js';

const HOME = 'docs/index.md';

const PAGES = DOCUMENTS.filter((page) => page.startsWith('docs/'));

const listed = GROUPS.flatMap(({ pages }) => pages);

describe('the site of the docs', () => {
  it.each(PAGES.filter((page) => page !== HOME))(
    'the sidebar of the site has the page %s',
    (page) => {
      expect(listed.map((one) => `docs/${one}.md`)).toContain(page);
    },
  );

  it('the sidebar of the site has only pages that there are', () => {
    const pages = listed.map((page) => `docs/${page}.md`);
    expect(pages.filter((page) => !PAGES.includes(page))).toEqual([]);
  });

  it('the sidebar of the site has no page twice', () => {
    expect(listed).toEqual([...new Set(listed)]);
  });

  it('the pages have no diagrams that only GitHub draws', () => {
    const mermaid = allBlocks('mermaid').map(({ document }) => document);
    expect(mermaid).toEqual([]);
  });

  it.each(PAGES)('the page %s has one heading of the first level', (page) => {
    expect(proseOf(page).match(/^# /gm)).toHaveLength(1);
  });
});
