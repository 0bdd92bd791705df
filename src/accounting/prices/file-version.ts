import { statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

interface FileTimes {
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** Another text for each state of a file; `undefined` if there is no file. */
export function versionNow(file: string): string | undefined {
  try {
    return textOf(statSync(file, { bigint: true }));
  } catch {
    return undefined;
  }
}

/** As {@link versionNow}, without waiting. */
export async function versionOf(file: string): Promise<string | undefined> {
  try {
    return textOf(await stat(file, { bigint: true }));
  } catch {
    return undefined;
  }
}

function textOf({ ino, size, mtimeNs, ctimeNs }: FileTimes): string {
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}
