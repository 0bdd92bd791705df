import type { Server } from 'node:net';
import { clearTimeout, setTimeout } from '../core/timers.js';

/** Milliseconds between two attempts to listen on a port that is in use. */
const RETRY_INTERVAL = 500;

/** Where a server listens. */
export interface ListenAddress {
  readonly port: number;
  readonly host: string;
}

/** Starts to listen. Rejects with the error of the system. */
export function listen(
  server: Server,
  { port, host }: ListenAddress,
): Promise<void> {
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
    server.listen(port, host);
  });
}

/** Whether another server listens on the address. */
export function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
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
  address: ListenAddress,
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
