import type { SeriesReader } from '../snapshot.js';

/** A metric whose series can be read. */
interface WithSeries<S> {
  readonly series: readonly S[];
  readonly seriesReader?: SeriesReader<S>;
}

interface Keyed {
  readonly key: string;
}

/**
 * The series of a metric, to be read one by one. Thousands of them as objects at the same time
 * would keep the garbage collector busy for longer than the app should wait.
 */
export function seriesOf<S extends Keyed>(
  metric: WithSeries<S>,
): SeriesReader<S> {
  return metric.seriesReader ?? readerOf(metric.series);
}

/** The series of a metric, each made when it is reached. */
export function* eachSeries<S extends Keyed>(
  metric: WithSeries<S>,
): Generator<S> {
  const reader = seriesOf(metric);
  for (let i = 0; i < reader.length; i++) yield reader.at(i)!;
}

function readerOf<S extends Keyed>(series: readonly S[]): SeriesReader<S> {
  return {
    length: series.length,
    at: (index) => series[index],
    keyAt: (index) => series[index]!.key,
  };
}
