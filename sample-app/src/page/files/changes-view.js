import { element } from './elements.js';

/** @typedef {import('./metrics.js').Change} Change */

const numbers = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const wholeNumbers = new Intl.NumberFormat('en');

/**
 * A block for each metric, with a line for each of its series.
 *
 * @param {readonly Change[]} changes
 */
export function familiesOf(changes) {
  /** @type {Map<string, Change[]>} */
  const families = new Map();
  for (const change of changes) {
    const { metric } = change.now;
    families.set(metric, [...(families.get(metric) ?? []), change]);
  }
  return [...families].map(([metric, series]) =>
    element('div', { className: 'family' }, [
      element('h3', {}, breakable(metric)),
      element('ul', {}, series.map(lineOf)),
    ]),
  );
}

/**
 * Long names break after an underscore rather than anywhere.
 *
 * @param {string} name
 */
function breakable(name) {
  return name
    .split(/(?<=_)/)
    .flatMap((part) => [part, document.createElement('wbr')]);
}

/** @param {Change} change */
function lineOf(change) {
  return element('li', {}, [
    element('bdi', { className: 'labels mono' }, [textOf(change.now.labels)]),
    element('span', { className: classOf(change) }, valuesOf(change)),
  ]);
}

/** @param {Change} change */
function classOf({ now }) {
  return /(^|,)error_type="/.test(now.labels) ? 'change failed' : 'change';
}

/**
 * Counters and histograms are shown by their increase, gauges by their values.
 *
 * @param {Change} change
 */
function valuesOf({ now, before, by, sumBy }) {
  const strong = (/** @type {string} */ text) => element('b', {}, [text]);
  const quiet = (/** @type {string} */ text) =>
    element('span', { className: 'muted' }, [text]);
  if (now.type === 'gauge') {
    return [quiet(`${format(before)} → `), strong(format(now.value))];
  }
  if (!sumBy) return [strong(signed(by))];
  return [strong(signed(by)), quiet(` · sum ${signed(sumBy)}${unitOf(now)}`)];
}

/** @param {{ metric: string }} sample */
function unitOf({ metric }) {
  return metric.endsWith('_seconds') ? '\u202fs' : '';
}

/** @param {number} value */
function signed(value) {
  return `${value < 0 ? '\u2212' : '+'}${format(Math.abs(value))}`;
}

/** @param {number} value */
function format(value) {
  return Number.isInteger(value)
    ? wholeNumbers.format(value)
    : numbers.format(value);
}

/**
 * Labels as they are read, with a space after each comma between them.
 *
 * @param {string} labels
 */
function textOf(labels) {
  return labels.replace(/",(?=[a-zA-Z_]\w*=")/g, '", ') || 'no labels';
}
