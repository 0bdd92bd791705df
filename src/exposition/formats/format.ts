import type { Cell } from '../../model/cells.js';
import type { PageWriter } from '../page-writer.js';
import type {
  MetricFamily,
  FamilyHeader,
} from '../../registry/metric-family.js';

/** A format of metrics pages. */
export interface Format {
  /** By which scrapers ask for it. */
  readonly mediaType: string;
  /** Parameters of the media type. Who asks for another value of one means another format. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The header `Content-Type` of its pages. */
  readonly contentType: string;
  /** Whether its pages have exemplars. */
  readonly hasExemplars: boolean;

  /**
   * Begins a page.
   *
   * @param all the metrics that there are, whether they are on this page or not: a name
   *   must mean the same on every page.
   */
  begin(all: readonly FamilyHeader[], out: PageWriter): FormattedPage;
}

/** A page that is being written. Its metrics are written one after the other. */
// Why: docs/decisions/pages.md, "A page passes metrics to a format one by one".
export interface FormattedPage {
  /**
   * Begins a metric.
   *
   * @throws {MetricConflictError} if the format has no place for it. Nothing is written then.
   */
  begin(metric: MetricFamily): SeriesWriter;
  /** Ends the page. */
  end(): void;
}

/** Writes the series of one metric. */
export interface SeriesWriter {
  readonly write: (cell: Cell) => void;
  /** Ends the metric. */
  readonly end: () => void;
}
