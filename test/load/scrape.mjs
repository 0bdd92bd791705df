import { request } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const TEXT = 'text/plain;version=0.0.4';
const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

/** How scrapers ask, in turn. */
export const KINDS = [
  { accept: TEXT, gzip: true },
  { accept: OPENMETRICS, gzip: true },
  { accept: TEXT, gzip: false },
  { accept: TEXT, gzip: true, query: '?name[]=worked_total' },
  { accept: OPENMETRICS, gzip: false, query: '?name[]=load_total' },
];

/**
 * Scrapes once and reads the whole page.
 *
 * @returns {Promise<{ status: number, text: () => Promise<string>, problem: string | undefined }>}
 */
export async function scrape(port, kind, agent) {
  const res = await open(port, kind, agent);
  const chunks = [];
  for await (const chunk of res) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const { statusCode: status, headers } = res;
  const gzipped = headers['content-encoding'] === 'gzip';
  const text = async () =>
    String(gzipped ? await promisify(gunzip)(body) : body);
  const length = Number(headers['content-length']);
  const problem =
    length === body.length ? undefined : `${body.length} of ${length} bytes`;
  return { status, text, problem };
}

/** Scrapes and leaves after the first bytes. */
export async function scrapeAndLeave(port, kind, agent) {
  const res = await open(port, kind, agent);
  await new Promise((resolve) =>
    res.once('data', resolve).once('end', resolve),
  );
  res.destroy();
}

/** Scrapes and reads nothing; resolves when the server has had enough. */
export async function scrapeSlowly(port, kind) {
  const res = await open(port, kind, false);
  res.on('error', () => {});
  await new Promise((resolve) => {
    res.socket.once('close', resolve);
    // An unread socket does not hear that it was closed.
    const probe = setInterval(() => res.socket.write('x'), 200);
    res.socket.once('close', () => clearInterval(probe));
  });
}

function open(port, { accept, gzip, query = '' }, agent) {
  return new Promise((resolve, reject) => {
    const headers = {
      accept,
      'accept-encoding': gzip ? 'gzip' : 'identity',
      'x-prometheus-scrape-timeout-seconds': '10',
    };
    const path = `/metrics${query}`;
    request({ agent, host: '127.0.0.1', port, path, headers }, resolve)
      .once('error', reject)
      .end();
  });
}

/** What is wrong with a page, if anything: it must have whole lines, and an end where there is one. */
export function brokenPage(text, accept) {
  if (!text.startsWith('# '))
    return `begins with ${JSON.stringify(text.slice(0, 40))} of ${text.length}, asked for as ${accept}`;
  if (!text.endsWith('\n')) return `ends with ${text.slice(-40)}`;
  const isOpenMetrics = text.endsWith('\n# EOF\n');
  const last = text
    .trimEnd()
    .split('\n')
    .at(isOpenMetrics ? -2 : -1);
  if (!/^(# .*|[\w:]+(\{.*\})? \S+( # .*)?)$/.test(last)) {
    return `has the line ${last}, asked for as ${accept}`;
  }
  return undefined;
}
