import { createServer, request as send } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { describeInBrowser, useBrowser } from '../../support/browser.js';
import { freePort, listen } from '../../support/http.js';
import { LivePage, sampledAnew } from './live-page.js';
import { AGENTS, loadOnce } from './load.js';
import { startSupportDesk, type SupportDesk } from './support-desk.js';

/** A reverse proxy that shows an app below a path of its own. */
function startProxy(path: string, port: number): Promise<string> {
  const proxy = createServer((request, response) => {
    if (!request.url?.startsWith(`${path}/`)) {
      return void response.writeHead(404).end();
    }
    const { method, headers, url } = request;
    const target = { host: '127.0.0.1', port, path: url.slice(path.length) };
    const onward = send({ ...target, method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return listen(proxy);
}

async function startDesk(prefix?: string): Promise<SupportDesk> {
  const port = await freePort();
  const desk = await startSupportDesk({
    agents: AGENTS,
    port,
    ...(prefix !== undefined && { prefix }),
  });
  onTestFinished(() => desk.close());
  await loadOnce(desk, 0);
  return desk;
}

describeInBrowser('the addresses of the live page', () => {
  const open = useBrowser();

  async function expectAgents(address: string): Promise<void> {
    const live = new LivePage(await open(), address);
    await live.show('#/agents');
    expect(await live.rows('Agents')).toContain('Refunds');
    expect(live.faults()).toEqual([]);
  }

  test.each(['', '/'])(
    'the page finds its files and its API below a path of a reverse proxy, with "%s" at its end',
    async (end) => {
      const desk = await startDesk();
      await sampledAnew(desk);
      const proxy = await startProxy('/ops/desk', desk.port);
      await expectAgents(`http://${proxy}/ops/desk/metrics/live${end}`);
    },
  );

  test('the page stays where it is in an app with a global prefix', async () => {
    const desk = await startDesk('api');
    await sampledAnew(desk);
    await expectAgents(`${desk.url}/metrics/live`);
  });
});
