import { DOCUMENTS, read } from './markdown.js';

/** The folders of pages for users, in the order in which readers need them. */
const SECTIONS: Readonly<Record<string, string>> = {
  start: 'Start',
  guides: 'Guides',
  reference: 'Reference',
  explanations: 'Explanations',
  'coming-from': 'Coming from other packages',
  troubleshooting: 'Troubleshooting',
};

interface Page {
  readonly path: string;
  readonly title: string;
  readonly summary: string;
}

/** The longest summary of several sentences; a longer first sentence stands alone. */
const SUMMARY_LENGTH = 160;

/** A page begins with its title and says what the reader gets. One that does not is reported by name. */
export function pageOf(path: string): Page {
  const text = read(path).replace(/<!--[^]*?-->/g, '');
  const [, title, paragraph] =
    /^# (.+)\n\s*((?!```)[`*[\w][^]*?)\n\n/.exec(text) ?? [];
  if (title === undefined || paragraph === undefined) {
    throw new Error(`${path} needs a sentence below its title`);
  }
  return { path, title, summary: summaryOf(plain(paragraph)) };
}

/** Text without links and line breaks. */
const plain = (markdown: string) =>
  markdown.replace(/\s+/g, ' ').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');

function summaryOf(paragraph: string): string {
  const [first = '', ...others] = paragraph.split(/(?<=[.?!:]) (?=[A-Z`])/);
  return others
    .reduce(
      (summary, sentence) =>
        summary.length + sentence.length < SUMMARY_LENGTH
          ? `${summary} ${sentence}`
          : summary,
      first,
    )
    .replace(/:$/, '.');
}

function section(folder: string, title: string): string {
  const pages = DOCUMENTS.filter((path) =>
    new RegExp(`^docs/${folder}/[\\w-]+\\.md$`).test(path),
  ).map(pageOf);
  const lines = pages
    .toSorted((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ path, title, summary }) => `- [${title}](${path}): ${summary}`);
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}\n`;
}

/** What models read first: all pages for users, by llmstxt.org's format. */
export function llmsText(): string {
  const { description } = JSON.parse(read('package.json'));
  const { title, summary } = pageOf('README.md');
  return [
    `# ${title}\n`,
    `> ${summary}\n`,
    `${description} Paths are relative to this file.\n`,
    ...Object.entries(SECTIONS).map(([folder, name]) => section(folder, name)),
    '## Optional\n\n- [Changelog](CHANGELOG.md): what changed in each version.\n',
  ]
    .filter((part) => part !== '')
    .join('\n');
}
