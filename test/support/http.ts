import { randomInt } from 'node:crypto';
import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { onTestFinished } from 'vitest';

/** Something that listens on a port of its own until the test ends. */
export async function occupyPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  onTestFinished(
    () => new Promise<void>((resolve) => void server.close(() => resolve())),
  );
  return portOf(server);
}

/**
 * Below the ports that systems give to connections and to `listen(0)`, so that none of these
 * takes one of ours first. Each worker of vitest takes its ports from a part of its own, since
 * a port is free again between its choice and its use.
 */
const PORTS = { first: 20_000, last: 32_000, parts: 8 };

/** The ports that this file was given: none is given twice, as it is free until it is used. */
const given = new Set<number>();

/** A port that nothing listened on a moment ago. */
export function freePort(): Promise<number> {
  return freePorts(1);
}

/** The first of so many ports in a row that nothing listened on a moment ago. */
export async function freePorts(count: number): Promise<number> {
  const size = (PORTS.last - PORTS.first) / PORTS.parts;
  const part = Number(process.env.VITEST_POOL_ID ?? 0) % PORTS.parts;
  const start = PORTS.first + part * size;
  for (let attempt = 0; attempt < 100; attempt++) {
    const first = randomInt(start, start + size - count);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if (ports.some((port) => given.has(port))) continue;
    for (const port of ports) given.add(port);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error(`No ${count} ports in a row are free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port;
}

/** Listens on a free port until the test ends. Returns the host with the port. */
export async function listen(server: HttpServer): Promise<string> {
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${portOf(server)}`;
}

/** Waits until `condition` gives something truthy; fails with what it last threw. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  what: string,
  seconds = 30,
): Promise<T> {
  let last: unknown;
  for (let i = 0; i < seconds * 20; i++) {
    try {
      const value = await condition();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Waited ${seconds} s in vain for ${what}`, { cause: last });
}
