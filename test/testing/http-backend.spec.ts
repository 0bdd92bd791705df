import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import {
  httpBackend,
  type HttpBackendOptions,
  type TakenRequest,
} from '../../src/testing/index.js';
import { blocksOf } from '../docs/markdown.js';

/** A back end, and what it has taken. */
async function start(options?: HttpBackendOptions) {
  let taken: readonly TakenRequest[] = [];
  const backend = await httpBackend((requests) => {
    taken = requests;
    return requests.length;
  }, options);
  onTestFinished(() => backend.stop());
  const texts = async () => {
    await backend.totalOf('jobs_total');
    return taken.map(({ body }) => body.toString());
  };
  const send = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ) => fetch(`${backend.url}/rows?a=1`, { method: 'POST', body, headers });
  return { backend, texts, send, last: () => taken.at(-1) };
}

test('an httpBackend() takes requests with their method, path, headers and unpacked body, and answers as configured', async () => {
  const { texts, send, last } = await start({ answer: '{"ok":true}' });
  const response = await send(gzipSync('3 jobs'), {
    'Content-Encoding': 'gzip',
    'X-Token': 'abc',
  });
  expect(await response.json()).toEqual({ ok: true });
  expect(await texts()).toEqual(['3 jobs']);
  expect(last()).toMatchObject({ method: 'POST', url: '/rows?a=1' });
  expect(last()!.headers['x-token']).toBe('abc');
});

test('an httpBackend() takes nothing while it hangs or is stopped, keeps its address, and what it has taken', async () => {
  const { backend, texts, send } = await start({ secrets: ['abc'] });
  expect(backend.secrets).toEqual(['abc']);
  await send('before');
  await backend.hang!();
  const hanging = send('while it hangs');
  const failed = expect(hanging).rejects.toThrow();
  await backend.stop();
  await failed;
  await expect(send('while it is away')).rejects.toThrow();
  await backend.stop();
  await backend.start();
  await send('after');
  await backend.start();
  await send('after another start');
  expect(await texts()).toEqual(['before', 'after', 'after another start']);
});

test('an httpBackend() answers after a request that is no gzip although it says so', async () => {
  const { texts, send } = await start();
  await expect(send('plain', { 'Content-Encoding': 'gzip' })).rejects.toThrow();
  await send('text');
  expect(await texts()).toEqual(['text']);
});

test('the documented test of an exporter of one’s own has 20 lines at most', () => {
  const [example] = blocksOf('docs/reference/testing.md').filter(({ code }) =>
    code.includes('exporterContract('),
  );
  expect(example!.code.trim().split('\n').length).toBeLessThanOrEqual(20);
});
