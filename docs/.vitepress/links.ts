import { posix } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { REPOSITORY } from './repository.js';

type Tokens = ReturnType<MarkdownRenderer['parse']>;

/**
 * Leads links between files of the repository, as GitHub follows them, to where they are for
 * readers of the site: to pages of the site, and else to the repository.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      if (children !== null) leadLinks(children, env.relativePath);
    }
  });
}

function leadLinks(tokens: Tokens, page: string): void {
  for (const token of tokens) {
    const href = token.attrGet('href');
    if (token.type !== 'link_open' || href === null) continue;
    const address = addressOf(href, page);
    if (address !== undefined) token.attrSet('href', address);
    else removeLink(tokens, token);
  }
}

/** Leaves the text of a link to the repository while its address is not known. */
function removeLink(tokens: Tokens, open: Tokens[number]): void {
  const close = tokens
    .slice(tokens.indexOf(open))
    .find(({ type }) => type === 'link_close')!;
  for (const token of [open, close]) {
    token.type = 'text';
    token.content = '';
  }
}

/** Where a link of a page leads: `undefined` if to a repository without a known address. */
function addressOf(href: string, page: string): string | undefined {
  if (/^(\w+:|#|\/)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join('docs', posix.dirname(page), path);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (target.startsWith('docs/') && target.endsWith('.md')) {
    return path.replace(/README\.md$/, 'index.md') + hash;
  }
  return REPOSITORY && `${REPOSITORY}/blob/HEAD/${target}${hash}`;
}
