import type { MarkdownRenderer } from 'vitepress';

/** `<picture>` as GitHub shows it: one file for dark pages, one for light ones. */
const PICTURE =
  /<picture>\s*<source media="\(prefers-color-scheme: dark\)" srcset="([^"]+)">\s*<img src="([^"]+)"([^>]*)>\s*<\/picture>/g;

/**
 * Shows of each picture the file that fits the page. GitHub and browsers follow the scheme of
 * the system, which the switch of the site overrides.
 */
export function themedPictures(md: MarkdownRenderer): void {
  const render = md.renderer.rules.html_block!;
  md.renderer.rules.html_block = (...args) =>
    render(...args).replace(
      PICTURE,
      (_all, dark: string, light: string, attributes: string) =>
        `<p class="picture ${kindOf(light)}" tabindex="0"><img class="of-light" src="./${light}"${attributes}><img class="of-dark" src="./${dark}"${attributes}></p>`,
    );
}

const kindOf = (file: string) =>
  file.endsWith('.svg') ? 'drawing' : 'screenshot';
