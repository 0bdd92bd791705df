/**
 * The value of a series and, if it is a histogram, the sum of its observations.
 *
 * @typedef {object} Sample
 * @property {string} metric the name of its family
 * @property {string} type
 * @property {string} labels as on the page, e.g. `agent="Writer"`
 * @property {number} value for a histogram the number of observations
 * @property {number} [sum]
 */

/**
 * A series that has another value than before.
 *
 * @typedef {object} Change
 * @property {Sample} now
 * @property {number} before
 * @property {number} by
 * @property {number | undefined} sumBy for a histogram
 */

/** The metrics of the process and the times of health checks change without any question. */
const IGNORED = /^(process|nodejs)_|_health_check_/;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;

/**
 * Reads the page of the metrics.
 *
 * @returns {Promise<ReadonlyMap<string, Sample>>} by name and labels
 */
export async function readMetrics() {
  const response = await fetch('metrics', {
    headers: { Accept: 'text/plain; version=0.0.4' },
  });
  if (!response.ok) throw new Error(`The page answered ${response.status}`);
  return parse(await response.text());
}

/** @param {string} page in the text format */
function parse(page) {
  /** @type {Map<string, Sample>} */
  const samples = new Map();
  let metric = '';
  let type = '';
  for (const line of page.split('\n')) {
    const declared = /^# TYPE (\S+) (\S+)/.exec(line);
    if (declared) [, metric = '', type = ''] = declared;
    const [, name, labels = '', text] = LINE.exec(line) ?? [];
    if (name === undefined || IGNORED.test(name)) continue;
    add(samples, { metric, type, labels, value: Number(text) }, name);
  }
  return samples;
}

/**
 * @param {Map<string, Sample>} samples
 * @param {Sample} sample
 * @param {string} name with the suffix of a histogram's line
 */
function add(samples, sample, name) {
  const key = `${sample.metric}{${sample.labels}}`;
  const part = sample.type === 'histogram' ? name.split('_').at(-1) : 'value';
  if (part === 'bucket') return;
  const known = samples.get(key) ?? { ...sample, value: 0 };
  if (part === 'sum') known.sum = sample.value;
  else known.value = sample.value;
  samples.set(key, known);
}

/**
 * @param {ReadonlyMap<string, Sample>} before
 * @param {ReadonlyMap<string, Sample>} after
 * @returns {readonly Change[]}
 */
export function changesBetween(before, after) {
  return [...after]
    .map(([key, now]) => changeOf(before.get(key), now))
    .filter(({ by, sumBy }) => by !== 0 || (sumBy ?? 0) !== 0);
}

/**
 * @param {Sample | undefined} before
 * @param {Sample} now
 * @returns {Change}
 */
function changeOf(before, now) {
  const from = before?.value ?? 0;
  const sumBy =
    now.sum === undefined ? undefined : now.sum - (before?.sum ?? 0);
  return { now, before: from, by: now.value - from, sumBy };
}
