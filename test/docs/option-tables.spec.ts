import prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, read, ROOT } from './markdown.js';
import { GROUPS, optionsOf, withTables } from './option-tables.js';

describe.each(Object.entries(GROUPS))('the options of %s', (_name, group) => {
  it.each(optionsOf(group))(
    'document the default of $name as it is',
    ({ documentedDefault = '', tableDefault }) => {
      const literal = /^`([^`]*)`$/.exec(documentedDefault)?.[1];
      const number = /^-?\d+$/.exec(documentedDefault)?.[0];
      const written = literal ?? number;
      const isProse = written === undefined;
      // Empty lists and objects, and patterns, are described in words.
      if (isProse && /^(undefined|''|null|[[{].*)$/.test(String(tableDefault)))
        return;
      expect(written).toBe(tableDefault);
    },
  );

  it('each option in the tables has a sentence that says what it means', () => {
    for (const { name, meaning } of optionsOf(group)) {
      expect(meaning, name).toMatch(/^[A-Z`].{10,}/);
    }
  });
});

const PAGES = DOCUMENTS.filter((page) => read(page).includes('<!-- options:'));

/** `npx vitest run test/docs/option-tables.spec.ts -u` writes the tables. */
describe.each(PAGES)('%s', (page) => {
  it('a page of the docs has the tables of options that the code gives', async () => {
    const filled = await prettier.format(withTables(read(page)), {
      ...(await prettier.resolveConfig(ROOT + page)),
      parser: 'markdown',
    });
    await expect(filled).toMatchFileSnapshot(ROOT + page);
  });
});
