import type { ListenOptions, Server } from 'node:net';
import { codeOf } from '../core/error-code.js';
import { clearTimeout, setTimeout } from '../core/timers.js';

/** Milliseconds between two attempts to listen on a port that is in use. */
const RETRY_INTERVAL = 500;

/** Starts to listen. Rejects with the error of the system. */
export function listen(server: Server, address: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const listening = () => {
      server.off('error', failed);
      resolve();
    };
    const failed = (error: Error) => {
      server.off('listening', listening);
      reject(error);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen(address);
  });
}

/** Whether another server listens on the address. */
export function isInUse(error: unknown): boolean {
  return codeOf(error) === 'EADDRINUSE';
}

/**
 * Listens as soon as the address is free.
 *
 * @param failed receives other errors than that the address is in use, each kind once in a row.
 * @returns ends it, once a running attempt has ended.
 */
// Why: docs/decisions/processes.md, "Members that share a port stand by for it".
export function listenOnceFree(
  server: Server,
  address: ListenOptions,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let attempt: Promise<void> = Promise.resolve();
  let isStopped = false;
  let lastCode: unknown = undefined;
  let timer: NodeJS.Timeout | undefined = undefined;
  const retry = (error: NodeJS.ErrnoException) => {
    if (!isInUse(error) && error.code !== lastCode) failed(error);
    lastCode = error.code;
    schedule();
  };
  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      attempt = listen(server, address).catch(retry);
    }, RETRY_INTERVAL).unref();
  };
  schedule();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await attempt;
  };
}
