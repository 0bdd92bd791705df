import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { repositoryLinks } from './links.js';
import { NAV, sidebar } from './navigation.js';
import { themedPictures } from './pictures.js';
import { BASE, REPOSITORY } from './repository.js';
import { SEARCH } from './search.js';
import { slugOf } from './slug.js';
import { scrollingTables } from './tables.js';

/** The icon of the live page. */
const ICON = readFileSync(
  new URL('../../live-page/icon.svg', import.meta.url),
  'utf8',
);

export default defineConfig({
  title: 'nestjs-agent-metrics',
  description:
    'What AI agents in NestJS do, cost and fail at, as metrics for Prometheus, OTLP and StatsD.',
  lang: 'en',
  base: BASE,
  // Guides lead to what the reader has started, such as Prometheus.
  ignoreDeadLinks: 'localhostLinks',
  head: [
    [
      'link',
      {
        rel: 'icon',
        href: `data:image/svg+xml,${encodeURIComponent(ICON)}`,
      },
    ],
  ],
  rewrites: { 'decisions/README.md': 'decisions/index.md' },
  markdown: {
    // The default themes have too little contrast.
    theme: {
      light: 'github-light-high-contrast',
      dark: 'github-dark-high-contrast',
    },
    // Shiki has no grammar for it; this one knows its keywords and strings.
    languageAlias: { promql: 'sql' },
    anchor: { slugify: slugOf },
    config: (md) => {
      md.use(repositoryLinks).use(themedPictures).use(scrollingTables);
    },
  },
  themeConfig: {
    nav: NAV,
    sidebar: sidebar(),
    outline: [2, 3],
    search: SEARCH,
    socialLinks: REPOSITORY ? [{ icon: 'github', link: REPOSITORY }] : [],
    ...(REPOSITORY && {
      editLink: {
        pattern: `${REPOSITORY}/edit/HEAD/docs/:path`,
        text: 'Edit this page',
      },
    }),
  },
});
