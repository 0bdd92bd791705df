import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

/** A folder that is there until the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  // A process that ends may still write a last file.
  onTestFinished(() =>
    vi.waitFor(() => rmSync(folder, { recursive: true, force: true }), 10_000),
  );
  return folder;
}
