import type { DefaultTheme } from 'vitepress';

type LocalSearch = Extract<
  DefaultTheme.Config['search'],
  { provider: 'local' }
>;

/**
 * What readers look for is in the guides and the reference: the API and the pages for
 * contributors come after them. The site calls this in the browser, from its source text.
 *
 * @param id the address of a section.
 */
const weightOf = (id: string): number =>
  /\/(reference\/api|decisions|ARCHITECTURE|releasing)\b/.test(id) ? 0.2 : 1;

export const SEARCH: LocalSearch = {
  provider: 'local',
  options: {
    miniSearch: { searchOptions: { boostDocument: weightOf } },
  },
};
