import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, read } from './markdown.js';
import { draw, PICTURES, SOURCES, type Theme, THEMES } from './pictures.js';

const FILES = SOURCES.flatMap((name) =>
  (Object.keys(THEMES) as Theme[]).map(
    (theme) => [`${name}-${theme}.svg`, name, theme] as const,
  ),
);

describe('the pictures of the docs', () => {
  /** `npx vitest run --project unit test/docs/pictures.spec.ts -u` draws them. */
  it.each(FILES)(
    'the picture %s is what its source draws',
    async (file, name, theme) => {
      await expect(await draw(name, theme)).toMatchFileSnapshot(
        PICTURES + file,
      );
    },
  );

  it('the pictures of the docs all have a source', () => {
    const drawn = readdirSync(PICTURES).filter((file) => file.endsWith('.svg'));
    expect(drawn.sort()).toEqual(FILES.map(([file]) => file).sort());
  });

  it.each(SOURCES)(
    'the picture %s is on a page, for light and dark',
    (name) => {
      for (const theme of Object.keys(THEMES)) {
        const file = `pictures/${name}-${theme}.svg"`;
        expect(DOCUMENTS.some((page) => read(page).includes(file))).toBe(true);
      }
    },
  );
});
