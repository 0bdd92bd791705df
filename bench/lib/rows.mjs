import { median, quartiles, ratios } from './stats.mjs';

/**
 * One line of the results.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string=} ours with the unit, as are `peer` and `bound`.
 * @property {string=} peer
 * @property {string=} bound the lower bound, written by hand.
 * @property {string=} ratio the median of what each round gave.
 * @property {string=} spread its quartiles.
 * @property {string=} target
 * @property {boolean=} reached
 * @property {string=} note
 */

/** How many times faster than the peer; `atLeast` is the target, if there is one. */
export function faster({ name, unit, ours, peer, bound, atLeast, note }) {
  return judged(
    { ...texts({ name, ours, peer, bound }, unit), note },
    ratios(peer, ours),
    ' times faster',
    atLeast === undefined
      ? undefined
      : { text: `at least ${atLeast}`, met: (ratio) => ratio >= atLeast },
  );
}

/** How many times the lower bound. */
export function within({ name, unit, ours, peer, bound, atMost, note }) {
  return judged(
    { ...texts({ name, ours, peer, bound }, unit), note },
    ratios(ours, bound),
    ' times the bound',
    { text: `at most ${atMost}`, met: (ratio) => ratio <= atMost },
  );
}

/** A figure of ours that has a limit itself. */
export function limit({ name, unit, ours, peer, bound, atMost, note }) {
  const row = texts({ name, ours, peer, bound }, unit);
  return {
    ...row,
    ratio: comparedTo(peer, ours),
    spread: `ours ${quartileText(ours)} ${unit}`,
    target: `at most ${atMost} ${unit}`,
    reached: median(ours) <= atMost,
    note,
  };
}

function comparedTo(peer, ours) {
  if (!peer || median(ours) <= 0) return '';
  return `${digits(median(peer) / median(ours))} times less`;
}

/**
 * Our figure as a share of another one, which is the better the higher it is
 * (`atLeast`), or the lower (`atMost`).
 */
export function share({ of, atLeast, atMost, unit, note, ...figures }) {
  let target;
  if (atLeast !== undefined) {
    target = { text: `at least ${atLeast}`, met: (r) => r >= atLeast };
  } else if (atMost !== undefined) {
    target = { text: `at most ${atMost}`, met: (r) => r <= atMost };
  }
  const row = { ...texts(figures, unit), note };
  return judged(row, ratios(figures.ours, of), ' of it', target);
}

/** A line that could not be measured says why. */
export function failed(name, error) {
  return { name, note: `could not run here: ${error.message}` };
}

function judged(row, rounds, unit, target) {
  const ratio = median(rounds);
  return {
    ...row,
    ratio: `${digits(ratio)}${unit}`,
    spread: quartileText(rounds),
    target: target?.text,
    reached: target?.met(ratio),
  };
}

function texts({ name, ours, peer, bound }, unit) {
  const text = (values) =>
    values && values.length > 0 ? `${digits(median(values))} ${unit}` : '';
  return { name, ours: text(ours), peer: text(peer), bound: text(bound) };
}

function quartileText(values) {
  const [low, high] = quartiles(values);
  return `${digits(low)} to ${digits(high)}`;
}

/** Three digits say all that such a measurement can. */
function digits(value) {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return String(Number(value.toPrecision(3)));
}
