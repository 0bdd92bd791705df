import { Registry } from 'prom-client';

/**
 * Renders a page as text.
 *
 * @param contentType of the format.
 * @param metric only the metric of this name. Default: all.
 */
export type RenderText = (
  contentType: string,
  metric?: string,
) => Promise<string>;

/**
 * The registry of a collector without the option `registry`. Its pages are the same as
 * those of scrapes, in the format that `setContentType()` sets; all else is prom-client's.
 */
// Why: docs/decisions/pages.md, "Our registry renders what scrapers get".
export class CollectorRegistry extends Registry {
  private render: RenderText = () => super.metrics();

  /** Sets what renders the pages from now on. */
  renderBy(render: RenderText): void {
    this.render = render;
  }

  override metrics(): Promise<string> {
    return this.render(this.contentType);
  }

  /** Renders one metric. As in prom-client, the text has no end-of-page marker. */
  override async getSingleMetricAsString(name: string): Promise<string> {
    if (this.getSingleMetric(name) === undefined) {
      return super.getSingleMetricAsString(name);
    }
    const page = await this.render(this.contentType, name);
    return page.replace(/\n(?:# EOF\n)?$/, '');
  }
}
