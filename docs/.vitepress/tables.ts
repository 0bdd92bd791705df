import type { MarkdownRenderer } from 'vitepress';

/** Puts each table in a region that scrolls, also by keyboard: the page itself stays as wide as the screen. */
export function scrollingTables(md: MarkdownRenderer): void {
  const { rules } = md.renderer;
  rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  rules.table_close = () => '</table></div>\n';
}
