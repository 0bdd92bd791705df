/** Many scrapers that never rest, in a process of their own; tells what they met. */
import { Agent } from 'node:http';
import {
  brokenPage,
  KINDS,
  scrape,
  scrapeAndLeave,
  scrapeSlowly,
} from './scrape.mjs';

/** Pages are taken apart now and then: to do so each time would leave the app no processor. */
const LOOK_EVERY = 20;

const agent = new Agent({ keepAlive: true });
const met = { pages: 0, unavailable: 0, left: 0, dropped: 0, problems: [] };
let running = false;
let ended = Promise.resolve();

const commands = {
  start: ({ port, scrapers, leavers = 0, slow = 0, pause = 0, kinds }) => {
    running = true;
    const kind = (i) => KINDS[i % (kinds ?? KINDS.length)];
    const repeat = (n, work) =>
      Array.from({ length: n }, (_, i) => loop(i, work));
    const loop = async (i, work) => {
      while (running) {
        await work(kind(i)).catch((error) => problem(String(error)));
        if (pause > 0) await new Promise((done) => setTimeout(done, pause));
      }
    };
    ended = Promise.all([
      ...repeat(scrapers, (how) => whole(port, how)),
      ...repeat(leavers, async (how) => {
        await scrapeAndLeave(port, how, agent);
        met.left++;
      }),
      ...repeat(slow, async () => {
        await scrapeSlowly(port, KINDS[2]);
        met.dropped++;
      }),
    ]);
  },
  met: () => met,
  stop: async () => {
    running = false;
    await ended;
    return met;
  },
};

process.on('message', async ({ id, command, ...params }) => {
  process.send({ id, result: await commands[command](params) });
});
process.on('disconnect', () => process.exit());
process.send({});

async function whole(port, kind) {
  const answer = await scrape(port, kind, agent);
  if (answer.status === 503) return void met.unavailable++;
  if (answer.status !== 200) return problem(`status ${answer.status}`);
  if (answer.problem !== undefined) return problem(answer.problem);
  if (met.pages++ % LOOK_EVERY > 0) return;
  const text = await answer.text();
  // After a clear, a metric is gone until it is recorded to again.
  if (text === '' && kind.query !== undefined) return;
  const broken = brokenPage(text, kind.accept);
  if (broken !== undefined) problem(broken);
}

function problem(text) {
  if (met.problems.length < 10) met.problems.push(text);
}
