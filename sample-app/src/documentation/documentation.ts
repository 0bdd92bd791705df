import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import { HealthCheck } from 'nestjs-agent-metrics';
import { type Passage, splitIntoPassages } from './passage.js';

/** The directory that README.md and docs/ are in. */
export const DOCUMENTATION_ROOT = Symbol('documentation root');

/** The project that this app is the sample of, wherever the app was started. */
export const PROJECT_ROOT = fileURLToPath(
  new URL('../../../', import.meta.url),
);

/** What the agents know: README.md and the pages in docs/ for users, read once at start. */
@Injectable()
export class Documentation {
  readonly passages: readonly Passage[];
  private readonly texts: ReadonlyMap<string, string>;

  /** @throws if there are no pages. */
  constructor(@Inject(DOCUMENTATION_ROOT) private readonly root: string) {
    this.texts = new Map(
      markdownFiles(root).map((file) => [
        file,
        readFileSync(join(root, file), 'utf8'),
      ]),
    );
    this.passages = [...this.texts].flatMap(([file, text]) =>
      splitIntoPassages(text, file),
    );
    if (this.passages.length === 0) {
      throw new Error(
        `There is no documentation to answer from; expected README.md or pages in docs/ with some text in ${root}`,
      );
    }
  }

  /** A whole file, e.g. `docs/reference/decorators.md`; `undefined` if the agents do not know it. */
  textOf(source: string): string | undefined {
    return this.texts.get(source);
  }

  /** Shown by `/health`. The passages are in memory, but answers lead to the files. */
  @HealthCheck('documentation')
  health(): { files: number; passages: number } {
    const files = new Set(this.passages.map(({ source }) => source));
    const gone = [...files].filter(
      (file) => !existsSync(join(this.root, file)),
    );
    if (gone.length > 0) throw new Error(`There is no ${gone.join(', ')}`);
    return { files: files.size, passages: this.passages.length };
  }
}

/** Left out: decisions are for contributors, and the API, where it has been generated, says each thing again. */
const LEFT_OUT = /^(decisions|reference\/api)\//;

function markdownFiles(root: string): string[] {
  const docs = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    : [];
  const pages = docs.filter((path) => !LEFT_OUT.test(path)).sort();
  return ['README.md', ...pages.map((path) => `docs/${path}`)].filter(
    (file) => file.endsWith('.md') && existsSync(join(root, file)),
  );
}
