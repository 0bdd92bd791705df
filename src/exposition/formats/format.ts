import type { Cell } from '../../model/cells.js';
import type { PageWriter } from '../page-writer.js';
import type {
  MetricFamily,
  FamilyHeader,
} from '../../registry/metric-family.js';

/** A format of the metrics page. */
export interface Format {
  /** The media type by which scrapers request it. */
  readonly mediaType: string;
  /** Parameters of the media type. A request with another value of one means another format. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The `Content-Type` of pages in this format. */
  readonly contentType: string;
  /** Whether pages in this format have exemplars. */
  readonly hasExemplars: boolean;

  /**
   * Begins a page.
   *
   * @param all all metrics of the registry, on this page or not: a name must mean the same
   *   on every page.
   */
  begin(all: readonly FamilyHeader[], out: PageWriter): FormattedPage;
}

/** A page that is being written, metric by metric. */
// Why: docs/decisions/pages.md, "A page passes metrics to a format one by one".
export interface FormattedPage {
  /**
   * Begins a metric.
   *
   * @throws {MetricConflictError} if the format cannot show it. Nothing is written then.
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
