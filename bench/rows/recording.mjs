import { runCell } from '../lib/cell.mjs';
import * as counters from '../lib/counters.mjs';
import { events } from '../lib/events.mjs';
import * as handles from '../lib/handles.mjs';
import * as histograms from '../lib/histograms.mjs';
import { labelSets } from '../lib/label-sets.mjs';
import { interleave, pace } from '../lib/rounds.mjs';
import { failed, faster, within } from '../lib/rows.mjs';

export const title = 'Recording';

export const cells = {
  async counter({ how, quick }) {
    const sets = labelSets(how);
    const { ourCounter, promCounter, otelCounter, mapCounter } = counters;
    return withFork(quick, (fork) => ({
      ours: ourCounter(sets),
      prom: promCounter(sets),
      otel: otelCounter(sets),
      ...(fork && { fork: promCounter(sets, fork) }),
      bound: mapCounter(sets),
    }));
  },
  async histogram({ how, quick }) {
    const sets = labelSets(how);
    const { ourHistogram, promHistogram, otelHistogram, mapHistogram } =
      histograms;
    return withFork(quick, (fork) => ({
      ours: ourHistogram(sets),
      prom: promHistogram(sets),
      otel: otelHistogram(sets),
      ...(fork && { fork: promHistogram(sets, fork) }),
      bound: mapHistogram(sets),
    }));
  },
  counterHandle: ({ quick }) =>
    interleave(handles.counterHandles(), pace(quick)),
  histogramHandle: ({ quick }) =>
    interleave(handles.histogramHandles(), pace(quick)),
  event: ({ how, quick }) => interleave(events(how), pace(quick)),
};

/** `@prometheus-io/client` was forked from prom-client and asks for a later Node: here it may not load. */
async function withFork(quick, contestants) {
  let fork;
  let forkError;
  try {
    ({ default: fork } = await import('@prometheus-io/client'));
  } catch (error) {
    forkError = error.message;
  }
  return { ...(await interleave(contestants(fork), pace(quick))), forkError };
}

/** @param {boolean} quick */
export async function* rows(quick) {
  for (const [kind, target] of [
    ['counter', 10],
    ['histogram', 12],
  ]) {
    for (const how of ['steady', 'cycling']) {
      yield* labelled(kind, how, how === 'steady' ? target : undefined, quick);
    }
  }
  yield* handle('counter', 80, quick);
  yield* handle('histogram', 40, quick);
  for (const how of ['steady', 'cycling']) yield* event(how, quick);
}

async function* labelled(kind, how, target, quick) {
  const name = `${kind}, 3 labels as an object, ${how}`;
  const measured = await attempt(kind, { how, quick });
  if (measured.error) return yield failed(name, measured.error);
  const { ours, prom, otel, fork, forkError, bound } = measured;
  const row = (peerName, peer, atLeast) =>
    faster({
      name: `${name}: ${peerName}`,
      unit: 'ns',
      ours,
      peer,
      bound,
      atLeast,
    });
  yield row('prom-client', prom, target);
  yield row('OTel SDK', otel, target && 25);
  const io = '@prometheus-io/client';
  yield fork ? row(io, fork) : failed(`${name}: ${io}`, { message: forkError });
}

async function* handle(kind, atLeast, quick) {
  const name = `${kind}, kept series`;
  const measured = await attempt(`${kind}Handle`, { quick });
  if (measured.error) return yield failed(name, measured.error);
  const { ours, peer, bound } = measured;
  const unit = 'ns';
  yield faster({
    name: `${name}: prom-client's kept child`,
    unit,
    ours,
    peer,
    bound,
    atLeast,
  });
  yield within({
    name: `${name}: bare cell by hand`,
    unit,
    ours,
    peer,
    bound,
    atMost: 2,
  });
}

async function* event(how, quick) {
  const name = `record(event), 2 labels, ${how}: prom-client inc(labels)`;
  const measured = await attempt('event', { how, quick });
  if (measured.error) return yield failed(name, measured.error);
  const atLeast = how === 'steady' ? 3 : undefined;
  yield faster({ name, unit: 'ns', ...measured, atLeast });
}

async function attempt(cell, params) {
  return runCell(import.meta.url, cell, params).catch((error) => ({ error }));
}
