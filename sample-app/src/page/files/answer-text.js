import { element } from './elements.js';

/** Code blocks, tables, code, bold text, links, and names of documentation files. */
const SPECIAL = new RegExp(
  [
    '```[^]*?(?:```|$)',
    '^(?:\\|.*\\|\\n?)+',
    '`[^`\\n]+`',
    '\\*\\*[^*\\n]+\\*\\*',
    '\\[[^\\]\\n]+\\]\\([^()\\s]+\\)',
    '\\((?:README|docs/[/\\w-]+)\\.md\\)',
  ].join('|'),
  'gm',
);

/**
 * The text of an answer. Code, tables and bold text of Markdown are shown as such, its
 * links by their text, and the sources of the answer as links. All else is text as it is.
 *
 * @param {string} text
 */
export function nodesOf(text) {
  const nodes = [];
  let end = 0;
  for (const { 0: special, index } of text.matchAll(SPECIAL)) {
    nodes.push(text.slice(end, index), nodeOf(special));
    end = index + special.length;
  }
  return [...nodes, text.slice(end)];
}

/** @param {string} special */
function nodeOf(special) {
  if (special.startsWith('```')) return blockOf(withoutFence(special));
  switch (special[0]) {
    case '|':
      return blockOf(special.trimEnd());
    case '`':
      return element('code', {}, [special.slice(1, -1)]);
    case '*':
      return element('b', {}, [special.slice(2, -2)]);
    case '[':
      return special.slice(1, special.indexOf(']('));
    default:
      return element('a', { href: special.slice(1, -1) }, [special]);
  }
}

/** @param {string} fenced */
function withoutFence(fenced) {
  return fenced.replace(/^```.*\n?/, '').replace(/\n?```$/, '');
}

/**
 * Wide text, which scrolls by itself.
 *
 * @param {string} text
 */
function blockOf(text) {
  return element('pre', { tabIndex: 0 }, [text]);
}
