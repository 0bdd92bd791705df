import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import { unixTime } from '../core/wall-clock.js';

/** The name of this process or thread among the members of its app, and when it was started. */
export function processIdentity() {
  const { pid } = process;
  return {
    process: isMainThread ? String(pid) : `${pid}-${threadId}`,
    started: unixTime(),
  };
}

/** Another text after each restart of the machine, where the system has one. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return hostname();
  }
}
