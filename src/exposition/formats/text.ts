import { numberText, type PageWriter } from '../page-writer.js';
import type { MetricFamily } from '../../registry/metric-family.js';
import type { Format, FormattedPage, SeriesWriter } from './format.js';
import {
  escapeText,
  histogramWriter,
  type LineStyle,
  type LineWriter,
  summaryWriter,
  valueWriter,
} from './lines.js';

const STYLE: LineStyle = {
  numberLabel: numberText,
  exemplars: false,
  created: false,
  risingSums: false,
};

/**
 * The Prometheus text exposition format, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats, "Text-based format").
 */
export const TEXT_FORMAT: Format = {
  mediaType: 'text/plain',
  parameters: { version: '0.0.4' },
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  hasExemplars: false,

  begin(_all, out): FormattedPage {
    return {
      begin: (metric) => beginMetric(metric, out),
      end: () => {},
    };
  },
};

/** "Comments, help text, and type information". */
function beginMetric(metric: MetricFamily, out: PageWriter): SeriesWriter {
  const { name, help } = metric;
  const type = metric.type === 'unknown' ? 'untyped' : metric.type;
  out.text(`# HELP ${name} ${escapeText(help)}\n# TYPE ${name} ${type}\n`);
  return { write: linesOf(metric, out), end: () => {} };
}

function linesOf(metric: MetricFamily, out: PageWriter): LineWriter {
  switch (metric.type) {
    case 'histogram':
      return histogramWriter(metric, STYLE, out);
    case 'summary':
      return summaryWriter(metric, STYLE, out);
    default:
      return valueWriter(out);
  }
}
