import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

/** The folder of the pages. */
export const DOCS = fileURLToPath(new URL('..', import.meta.url));

/** Pages of one subject, in the order in which readers need them. */
export interface Group {
  readonly text: string;
  /** The paths of the pages in `docs`, without `.md`. */
  readonly pages: readonly string[];
}

const inFolder = (folder: string, pages: string) =>
  pages.split(' ').map((page) => `${folder}/${page}`);

/**
 * The order of all pages. A test fails if a page is not here, or not in its folder.
 */
export const GROUPS: readonly Group[] = [
  { text: 'Start', pages: inFolder('start', 'quick-start nest-add') },
  {
    text: 'Guides',
    pages: inFolder(
      'guides',
      'count-money streams-and-sse tenants queues test-agents config-service protect-the-page run-four-workers see-it-in-grafana deployment kubernetes',
    ),
  },
  {
    text: 'When it goes wrong',
    pages: inFolder('troubleshooting', 'symptoms messages'),
  },
  {
    text: 'Explanations',
    pages: inFolder(
      'explanations',
      'how-it-works performance security scaling copies-and-bundlers',
    ),
  },
  { text: 'Overview', pages: inFolder('reference', 'options metrics naming') },
  {
    text: 'What is measured',
    pages: inFolder(
      'reference',
      'decorators agents integrations langchain streams http outgoing-http handlers events-and-instruments filters',
    ),
  },
  {
    text: 'What the app serves',
    pages: inFolder(
      'reference',
      'endpoints formats limits health live processes persistence',
    ),
  },
  {
    text: 'Where metrics go',
    pages: inFolder('reference', 'exporters otlp statsd pushgateway'),
  },
  {
    text: 'What comes with it',
    pages: inFolder('reference', 'dashboards alerts testing'),
  },
  {
    text: 'Coming from',
    pages: inFolder(
      'coming-from',
      'tframex prom-client willsoto-nestjs-prometheus nestjs-otel express-prom-bundle swagger-stats',
    ),
  },
  {
    text: 'For contributors',
    pages: [
      'ARCHITECTURE',
      'releasing',
      ...inFolder(
        'decisions',
        'README recording instrumentation accounting http endpoints pages live integrations exporters processes persistence security package testing docs',
      ),
    ],
  },
];

type Kind = 'reference' | 'contributors' | 'others';

function kindOf({ pages: [first = ''] }: Group): Kind {
  if (first.startsWith('reference/')) return 'reference';
  return first === 'ARCHITECTURE' ? 'contributors' : 'others';
}

const fileOf = (page: string) => `${DOCS}${page}.md`;

/** The first heading of a page. */
function titleOf(page: string): string {
  const [, title] = /^# (.*)$/m.exec(readFileSync(fileOf(page), 'utf8')) ?? [];
  if (title === undefined) throw new Error(`docs/${page}.md has no heading`);
  return title.replaceAll('`', '');
}

/** The address of a page: the README of a folder is its index. */
export const addressOf = (page: string): string =>
  `/${page.replace(/README$/, '')}`;

function itemOf({ text, pages }: Group): DefaultTheme.SidebarItem {
  const items = pages.map((page) => ({
    text: titleOf(page),
    link: addressOf(page),
  }));
  return { text, items };
}

/** The pages that TypeDoc has written, the main entry point first. */
function apiItem(): DefaultTheme.SidebarItem {
  const folder = 'reference/api';
  const items = readdirSync(`${DOCS}${folder}`, { recursive: true })
    .map((file) => String(file).replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .map((file) => file.slice(0, -'.md'.length))
    .sort()
    .map((module) => ({ text: module, link: `/${folder}/${module}` }));
  return { text: 'API', link: `/${folder}/`, items };
}

/** The groups of a sidebar: those of the reference, of contributors, and of all others. */
const groupsOf = (kind: Kind) =>
  GROUPS.filter((group) => kindOf(group) === kind).map(itemOf);

/** The sidebars by the beginning of addresses. */
export function sidebar(): DefaultTheme.SidebarMulti {
  const contributors = groupsOf('contributors');
  return {
    '/reference/': [...groupsOf('reference'), apiItem()],
    '/decisions/': contributors,
    '/ARCHITECTURE': contributors,
    '/releasing': contributors,
    '/': groupsOf('others'),
  };
}

/** The links at the top: a text, a page, and the beginning of the addresses that it stands for. */
export const NAV: DefaultTheme.NavItem[] = [
  ['Guides', 'start/quick-start', '/(start|guides)/'],
  ['Reference', 'reference/options', '/reference/'],
  ['How it works', 'explanations/how-it-works', '/explanations/'],
  ['When it goes wrong', 'troubleshooting/symptoms', '/troubleshooting/'],
  ['Contributing', 'ARCHITECTURE', '/(ARCHITECTURE|decisions|releasing)'],
].map(([text, page, activeMatch]) => ({
  text: text!,
  link: addressOf(page!),
  activeMatch: activeMatch!,
}));
