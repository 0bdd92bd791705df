import type { Agent } from 'node:http';

export interface Kind {
  accept: string;
  gzip: boolean;
  query?: string;
}

export const KINDS: readonly Kind[];

export function scrape(
  port: number,
  kind: Kind,
  agent: Agent | false,
): Promise<{
  status: number;
  text: () => Promise<string>;
  problem: string | undefined;
}>;

export function brokenPage(text: string, accept: string): string | undefined;
