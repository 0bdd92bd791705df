/** A section of the documentation: what stands between two headings. */
export interface Passage {
  /** The file, from the project's root, e.g. `docs/reference/decorators.md`. */
  source: string;
  heading: string;
  /** Markdown, without the heading. */
  text: string;
}

/** Splits a markdown file by its headings. Those in code blocks are none. */
export function splitIntoPassages(markdown: string, source: string): Passage[] {
  const passages: Passage[] = [{ source, heading: source, text: '' }];
  let fence: string | undefined;
  for (const line of markdown.split(/\r?\n/)) {
    const marker = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (marker && fence === undefined) fence = marker;
    else if (fence !== undefined && marker?.startsWith(fence))
      fence = undefined;

    const heading = /^#{1,6}\s+(.+?)[\s#]*$/.exec(line)?.[1];
    if (heading && fence === undefined) {
      passages.push({ source, heading, text: '' });
    } else {
      passages.at(-1)!.text += `${line}\n`;
    }
  }
  return passages.filter(({ text }) => text.trim() !== '');
}

/** The passage as text for people and for language models. */
export function quote({ source, heading, text }: Passage): string {
  return `${heading} (${source})\n\n${text.trim()}\n`;
}
