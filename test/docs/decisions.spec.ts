import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorsOf, DOCUMENTS, read, ROOT } from './markdown.js';

const FOLDER = 'docs/decisions/';
const INDEX = `${FOLDER}README.md`;
const AREAS = DOCUMENTS.filter(
  (document) => document.startsWith(FOLDER) && document !== INDEX,
);

/** The decisions of an area: their headings, and what stands under them. */
function decisionsOf(area: string): { heading: string; text: string }[] {
  const [, ...sections] = read(area).split(/^## /m);
  return sections.map((section) => {
    const end = section.indexOf('\n');
    return { heading: section.slice(0, end), text: section.slice(end).trim() };
  });
}

/** Comments of the form `Why: docs/decisions/<area>.md, "<heading>".` */
const REFERENCE = /Why: (docs\/\S+?\.md), "([^"]+)"\.$/;

interface Reference {
  readonly place: string;
  readonly document: string;
  readonly heading: string;
}

function referencesOf(folder: string): Reference[] {
  return readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const lines = readFileSync(`${ROOT}${folder}/${file}`, 'utf8').split(
        '\n',
      );
      return lines.flatMap((line, i) => {
        if (!line.includes('docs/decisions')) return [];
        const [, document = '', heading = ''] = REFERENCE.exec(line) ?? [];
        return [{ place: `${folder}/${file}:${i + 1}`, document, heading }];
      });
    });
}

describe('the decisions', () => {
  it.each(AREAS)(
    'each decision of %s has a context, a decision and a price',
    (area) => {
      const decisions = decisionsOf(area);
      expect(decisions.length).toBeGreaterThan(0);
      for (const { heading, text } of decisions) {
        const parts = text
          .split('\n\n')
          .map((part) => /^\*\*(\w+)\.\*\* \S/.exec(part)?.[1]);
        expect(parts, heading).toEqual(['Context', 'Decision', 'Price']);
      }
    },
  );

  it('the decisions have different headings within an area, so that a link is clear', () => {
    for (const area of AREAS) {
      const anchors = anchorsOf(area);
      expect(new Set(anchors).size, area).toBe(anchors.length);
    }
  });

  it.each(AREAS)(
    'the decisions of %s name files and folders that exist',
    (area) => {
      const paths = [
        ...read(area).matchAll(/`((?:src|test|rules)\/[\w./-]*)`/g),
      ];
      const missing = paths.filter(([, path]) => !existsSync(ROOT + path!));
      expect(missing).toEqual([]);
    },
  );

  it('the decisions are all listed in the index, by area and in order', () => {
    const listed = [...read(INDEX).matchAll(/^- \[(.+)\]\((\w+\.md)#/gm)].map(
      ([, heading, area]) => `${area}: ${heading}`,
    );
    const linked = [...new Set(listed.map((line) => line.split(':')[0]!))];
    expect(linked.map((area) => FOLDER + area).sort()).toEqual(
      AREAS.toSorted(),
    );
    expect(listed).toEqual(
      linked.flatMap((area) =>
        decisionsOf(FOLDER + area).map(({ heading }) => `${area}: ${heading}`),
      ),
    );
  });
});

describe('the comments in src that name a decision', () => {
  it('comments in src that name a decision name an existing file and heading', () => {
    const broken = referencesOf('src').filter(
      ({ document, heading }) =>
        !AREAS.includes(document) ||
        !decisionsOf(document).some((one) => one.heading === heading),
    );
    expect(broken).toEqual([]);
  });
});
