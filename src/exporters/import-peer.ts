import { OptionsError } from '../model/errors.js';

/**
 * Imports a package that is needed with an option only.
 *
 * @param name what to install.
 * @param option what it is needed for, in messages.
 * @throws {OptionsError} if it is not installed, or cannot be loaded.
 */
export async function importPeer<T>(
  name: string,
  option: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new OptionsError(
      `${option} needs the package ${name}, which cannot be loaded: ${(error as Error).message}; install it with \`npm install ${name}\``,
      { cause: error },
    );
  }
}
