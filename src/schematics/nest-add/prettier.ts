import { createRequire } from 'node:module';
import { join } from 'node:path';

/** As the command of prettier reads it. */
const EDITOR_CONFIG = { editorconfig: true };

/** What is used of prettier, of version 2 and later. */
interface Prettier {
  resolveConfig(path: string, options: object): Promise<object | null>;
  check(text: string, options: object): Promise<boolean>;
  format(text: string, options: object): Promise<string>;
}

/** Formats files as the prettier of the app does. Where that is missing or fails, they stay as they are. */
export class Formatter {
  private readonly prettier: Prettier | undefined;

  /**
   * @param root - the folder of the app on the disk
   * @param warn - receives why prettier fails
   */
  constructor(
    private readonly root: string,
    private readonly warn: (message: string) => void,
  ) {
    this.prettier = loadPrettier(root);
  }

  /** Formats a new file. */
  format(path: string, text: string): Promise<string> {
    return this.withPrettier(path, text, (prettier, options) =>
      prettier.format(text, options),
    );
  }

  /** Formats a changed file, unless it was formatted in another way before. */
  formatChanged(path: string, before: string, after: string): Promise<string> {
    return this.withPrettier(path, after, async (prettier, options) =>
      (await prettier.check(before, options))
        ? prettier.format(after, options)
        : after,
    );
  }

  private async withPrettier(
    path: string,
    text: string,
    format: (prettier: Prettier, options: object) => Promise<string>,
  ): Promise<string> {
    const { prettier } = this;
    if (prettier === undefined) return text;
    const filepath = join(this.root, path);
    try {
      const config = await prettier.resolveConfig(filepath, EDITOR_CONFIG);
      return await format(prettier, { ...config, filepath });
    } catch (error) {
      const { message } = error as Error;
      this.warn(`The app's prettier does not format ${path}: ${message}`);
      return text;
    }
  }
}

function loadPrettier(root: string): Prettier | undefined {
  try {
    return createRequire(join(root, 'package.json'))('prettier') as Prettier;
  } catch {
    return undefined;
  }
}
