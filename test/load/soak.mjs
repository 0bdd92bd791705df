/**
 * Scrapes an app while it serves traffic: `npm run soak -- --minutes 5`. Each of the
 * scrapers comes again a second after it has got its page (`--pause`, in milliseconds;
 * 0: without rest), which is far more often than scrapers do.
 * Every other ten seconds the scrapers turn to a twin of the app, so that what
 * they take of the machine is on both sides of the comparison.
 */
import { parseArgs } from 'node:util';
import { Child } from './child.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    series: { type: 'string', default: '100000' },
    scrapers: { type: 'string', default: '50' },
    pause: { type: 'string', default: '1000' },
    adapter: { type: 'string', default: 'express' },
  },
});

const SECONDS = 10;
const REQUESTS_PER_SECOND = 200;
const SCRAPE_TIMEOUT = 5_000;

/** The p99 of the app's requests may be so many times that without scrapers. */
const MAX_RATIO = 2;

/** What may be in memory at the end beyond what was there at the beginning. */
const MAX_GROWTH = 0.2;

const MB = 1024 * 1024;

const rounds = Math.max(
  2,
  Math.round((Number(values.minutes) * 60) / (2 * SECONDS)),
);
const p99s = { apart: [], scraped: [] };
const problems = [];

const children = [];
try {
  const args = [values.adapter, values.series, SCRAPE_TIMEOUT];
  const app = await child('./app.mjs', args, ['--expose-gc']);
  const twin = await child('./app.mjs', args);
  const traffic = await child('./traffic.mjs');
  const scrapers = await child('./scrapers.mjs');
  // What is made once, by the first scrapes and by all series that there may be.
  await round(app, twin, traffic, scrapers);
  for (const list of Object.values(p99s)) list.length = 0;
  const before = await app.ask('memory');
  for (let i = 1; i <= rounds; i++) {
    if (i % 3 === 0) await app.ask('clear');
    await round(app, twin, traffic, scrapers);
  }
  report(before, await app.ask('memory'), await scrapers.ask('met'));
} finally {
  await Promise.all(children.map((each) => each.stop()));
}

async function round(app, twin, traffic, scrapers) {
  const halves = [
    ['apart', twin],
    ['scraped', app],
  ];
  // What the machine does besides comes upon both alike.
  if (p99s.apart.length % 2 === 1) halves.reverse();
  for (const [name, target] of halves) {
    const { port } = await target.ready;
    const load = {
      port,
      scrapers: Number(values.scrapers),
      leavers: 4,
      slow: 4,
      pause: Number(values.pause),
    };
    await scrapers.ask('start', load);
    await app.ask('loop');
    const churning = setInterval(() => void app.ask('churn'), 100);
    const { port: own } = await app.ready;
    const { p50, p99, errors } = await traffic.ask('run', {
      port: own,
      seconds: SECONDS,
      perSecond: REQUESTS_PER_SECOND,
    });
    clearInterval(churning);
    const loop = await app.ask('loop');
    p99s[name].push(p99);
    if (errors > 0) problems.push(`${errors} requests of the app failed`);
    const met = await scrapers.ask('stop');
    await idle(target);
    const { rss, heapUsed, arrayBuffers } = await app.ask('memory');
    console.log(
      [
        name.padEnd(7),
        `p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
        `event loop busy ${(loop.busy * 100).toFixed(0)} %, delays p99 ${loop.p99.toFixed(1)} ms, max ${loop.max.toFixed(1)} ms`,
        `RSS ${mb(rss)}, heap ${mb(heapUsed)}, buffers ${mb(arrayBuffers)}`,
        `pages ${met.pages}, 503s ${met.unavailable}, left ${met.left}, dropped ${met.dropped}, broken ${met.problems.length}`,
      ].join(' | '),
    );
  }
}

function report(before, after, met) {
  const ratio = median(p99s.scraped.map((p99, i) => p99 / p99s.apart[i]));
  const growth = used(after) / used(before) - 1;
  console.log(
    `p99 of the app's requests, medians: ${median(p99s.scraped).toFixed(2)} ms scraped, ${median(p99s.apart).toFixed(2)} ms while the twin is; median of the ratios ${ratio.toFixed(2)}`,
  );
  console.log(
    `heap and buffers: ${mb(used(before))} before, ${mb(used(after))} after`,
  );
  problems.push(...met.problems);
  if (ratio > MAX_RATIO) problems.push(`the ratio is above ${MAX_RATIO}`);
  if (growth > MAX_GROWTH) problems.push('memory has grown');
  for (const problem of problems) console.log(`PROBLEM: ${problem}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** Nothing of the scrapes is left running. */
async function idle(app) {
  for (let i = 0; (await app.ask('requests')) > 0; i++) {
    if (i > 200) throw new Error('scrapes have not ended after 20 s');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function child(file, args, execArgv) {
  const each = new Child(file, args, execArgv);
  children.push(each);
  await each.ready;
  return each;
}

function used({ heapUsed, external }) {
  return heapUsed + external;
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function mb(bytes) {
  return `${(bytes / MB).toFixed(0)} MB`;
}
