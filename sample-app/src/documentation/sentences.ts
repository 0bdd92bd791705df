const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/**
 * The sentences of a markdown text. Code blocks, tables and images are left out,
 * and so are sentences that only announce what follows.
 */
export function sentencesOf(markdown: string): string[] {
  return paragraphs(markdown)
    .flatMap((paragraph) => [...segmenter.segment(paragraph)])
    .map(({ segment }) => segment.trim())
    .filter((sentence) => !sentence.endsWith(':'));
}

/** Paragraphs and list items, each on one line. */
function paragraphs(markdown: string): string[] {
  return markdown
    .replace(/^\s*(`{3,}|~{3,})[\s\S]*?(^\s*\1|(?![\s\S]))/gm, '\n')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/^\s*\|.*$/gm, '\n')
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*/g, '')
    .replace(/^\s*([-*+]|\d+\.|>)\s+/gm, '\n\n')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .filter((paragraph) => /\p{L}/u.test(paragraph));
}
