import {
  createServer,
  type RequestListener,
  request as nodeRequest,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { listen } from '../../support/http.js';

/** A server on this machine until the test ends: its URL, and its `host:port`. */
export async function serve(
  answer: RequestListener,
  upgrade?: (socket: Duplex) => void,
): Promise<{ url: string; host: string }> {
  const server = createServer(answer);
  if (upgrade) server.on('upgrade', (_request, socket) => upgrade(socket));
  const host = await listen(server);
  return { url: `http://${host}`, host };
}

interface Sent {
  method?: string;
  signal?: AbortSignal;
  body?: string;
  /** Called when the head of the response is there, before its body is read. */
  onHead?: () => void;
}

/** Sends a request and reads the body of the response. Gives its status; rejects as the client does. */
export type Send = (url: string, sent?: Sent) => Promise<number>;

export const sendByFetch: Send = async (url, { onHead, ...init } = {}) => {
  const response = await fetch(url, { redirect: 'manual', ...init });
  onHead?.();
  await response.arrayBuffer();
  return response.status;
};

export const sendByNode: Send = (url, { body, onHead, ...options } = {}) =>
  new Promise((resolve, reject) => {
    const request = nodeRequest(url, options, (response) => {
      onHead?.();
      response.on('error', reject);
      response.on('end', () => resolve(response.statusCode!));
      response.resume();
    });
    request.on('error', reject);
    request.end(body);
  });

/** The clients that are measured. */
export const CLIENTS = [
  ['fetch', sendByFetch],
  ['node:http', sendByNode],
] as const;

/** What a server does at each path, for better or worse. */
export const answerByPath: RequestListener = ({ url }, response) => {
  switch (url) {
    case '/hints':
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      return response.end('with hints');
    case '/moved':
      return response.writeHead(302, { location: '/200' }).end('moved');
    case '/hangs':
      return;
    case '/resets':
      return response.socket!.destroy();
    case '/nonsense':
      return response.socket!.end('nonsense\r\n\r\n');
    case '/half':
      response.writeHead(200, { 'content-length': 10 }).write('half');
      return;
    case '/half-resets':
      response.writeHead(200, { 'content-length': 10 });
      return response.write('half', () => response.socket!.destroy());
    default:
      return response.writeHead(Number(url!.slice(1, 4))).end();
  }
};
