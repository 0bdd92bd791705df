import { describe, expect, test } from 'vitest';
import { negotiate } from '../../src/http/negotiate.js';
import { OpenMetricsFormat } from '../../src/exposition/formats/open-metrics.js';
import { TEXT_FORMAT } from '../../src/exposition/formats/text.js';

const openMetrics = new OpenMetricsFormat(true);

const chosen = (accept: string | undefined) =>
  negotiate(accept, [TEXT_FORMAT, openMetrics]);

/** Headers as scrapers send them, and the format that each gets. */
const OPEN_METRICS: Record<string, string> = {
  'Prometheus 2.31 to 2.39':
    'application/openmetrics-text; version=1.0.0,application/openmetrics-text; version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'Prometheus 2.40 and 2.41':
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'Prometheus 2.42, with native histograms':
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'Prometheus 2.49 to 2.55, and Grafana Alloy with it inside':
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  'Prometheus 3, and Grafana Alloy with it inside':
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  'Prometheus 3 with legacy names':
    'application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  'Prometheus 3 with native histograms':
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
  'no version': 'application/openmetrics-text',
  'upper case and spaces':
    ' Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9 , text/plain ; q=0.8',
  'a quoted version': 'application/openmetrics-text;version="1.0.0"',
  'the format that comes first, of those with the same weight':
    'application/openmetrics-text;q=0.5,text/plain;q=0.5',
  'text refused': 'text/plain;q=0,*/*',
};

const TEXT: Record<string, string | undefined> = {
  'no header': undefined,
  'an empty header': '',
  'curl, wget and fetch': '*/*',
  'Prometheus 2.0 to 2.4, VictoriaMetrics and vmagent':
    'text/plain;version=0.0.4;q=1,*/*;q=0.1',
  'Prometheus 2.5 to 2.30':
    'application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'Prometheus 1':
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1',
  Firefox:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8',
  Chrome:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  'any text': 'text/*',
  'another version of OpenMetrics alone':
    'application/openmetrics-text;version=2.0.0',
  'OpenMetrics refused': 'application/openmetrics-text;q=0,*/*;q=0.5',
  'everything refused': 'text/plain;q=0,application/openmetrics-text;q=0',
  'text preferred':
    'application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.7',
  'nothing that there is': 'application/json, image/*',
  'a later version of the text format': 'text/plain;version=1.0.0',
  'an invalid weight': 'application/openmetrics-text;q=high',
  'a weight that is too large': 'application/openmetrics-text;q=7',
  'nothing but separators': ';,;;=,,q=,/;=',
  'a very long header': 'application/openmetrics-texts,'.repeat(2_000),
};

describe('negotiation', () => {
  test.each(Object.entries(OPEN_METRICS))(
    'negotiation chooses OpenMetrics for the header of: %s',
    (_who, accept) => {
      expect(chosen(accept)).toBe(openMetrics);
    },
  );

  test.each(Object.entries(TEXT))(
    'negotiation chooses the Prometheus text format for the header of: %s',
    (_who, accept) => {
      expect(chosen(accept)).toBe(TEXT_FORMAT);
    },
  );
});
