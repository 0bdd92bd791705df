import { OptionsError } from '../core/errors.js';
import type { PeerError } from '../core/peers.js';

/**
 * Loads a package that only an option needs.
 *
 * @param option the option, for messages.
 * @throws {OptionsError} if the package is not installed, or cannot be loaded.
 */
export async function importPeer<T>(
  option: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { peer, message } = error as PeerError;
    throw new OptionsError(
      `${option} needs the package ${peer}, which cannot be loaded: ${message}; install it with \`npm install ${peer}\``,
      { cause: error },
    );
  }
}
