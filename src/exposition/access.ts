import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Resource } from './resources.js';

/** How a request is turned away. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: OutgoingHttpHeaders;
}

/** Decides who may ask for what. */
export interface Access {
  /**
   * @param client the address that the request comes from, as far as proxies are trusted.
   * @returns how the request is turned away; nothing if it may pass.
   */
  refusal(
    resource: Resource,
    req: IncomingMessage,
    client: string | undefined,
  ): Promise<Refusal | undefined>;
}

/** Everybody may ask for everything. */
export const OPEN_ACCESS: Access = { refusal: async () => undefined };
