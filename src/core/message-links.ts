/** The page that explains messages, as it stands in the package, the repository and the site. No other place has its path. */
// Why: docs/decisions/package.md, "Messages name their section of a page".
const PAGE = 'nestjs-agent-metrics/docs/troubleshooting/messages.md';

/** The codes of the errors of this package. */
export const ERROR_CODES = [
  'conflict',
  'contract',
  'export',
  'foreign_metric',
  'invalid_buckets',
  'invalid_decorator',
  'invalid_label',
  'invalid_name',
  'invalid_option',
  'invalid_value',
  'not_refreshed',
  'persistence',
  'server',
  'unknown_metric',
  'wrong_type',
] as const;

/** What fails where errors are kept from the app, if the error has no code. */
export const ERROR_CAUSES = [
  'agent',
  'call',
  'chunk',
  'chunk_events',
  'cost_currency',
  'exemplars',
  'exporter_metrics',
  'gauge_callback',
  'health_check',
  'http',
  'http_client',
  'inference',
  'labels',
  'langchain',
  'live_page',
  'overflow',
  'price_file',
  'processes',
  'scrape',
  'tokenizer',
  'transport',
  'unmeasured',
  'unpriced_model',
] as const;

/** What is logged, and is no error. */
export const WARNINGS = [
  'dropped_points',
  'exporter_report',
  'health_check_down',
  'ignored_variable',
  'live_page_files',
  'metric_limit',
  'minified_names',
  'not_served',
  'other_processes',
  'replaced_collector',
  'route_pattern',
  'series_limit',
  'two_copies',
  'unmeasured_messages',
  'unreadable_certificate',
  'unreadable_secret',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A value of the label `cause` of `metrics_errors_total`. */
export type ErrorCause = ErrorCode | (typeof ERROR_CAUSES)[number];

/** What a section of the page is about. */
export type Topic = ErrorCause | (typeof WARNINGS)[number];

const TOPICS: ReadonlySet<string> = new Set<Topic>([
  ...ERROR_CODES,
  ...ERROR_CAUSES,
  ...WARNINGS,
]);

/** Whether a section of the page is about a word: apps report errors with codes and causes of their own. */
export function isTopic(word: string): word is Topic {
  return TOPICS.has(word);
}

/** The section about a topic. GitHub and VitePress make the same anchor only from words with hyphens. */
export function sectionOf(topic: Topic): string {
  return `${PAGE}#${topic.replaceAll('_', '-')}`;
}

/** The message of an error, with its link on a last line. The links of messages that it contains are removed. */
export function withLastLine(message: string, topic: Topic): string {
  return `${withoutLinks(message)}\nSee ${sectionOf(topic)}`;
}

/** A warning, with its link on the same line: tools read logs line by line. */
export function withLink(message: string, topic: Topic): string {
  const text = withoutLinks(message);
  const end = /[.\]]$/.test(text) ? '' : '.';
  return `${text}${end} See ${sectionOf(topic)}`;
}

/** A message for what is no log: a page, a metric, or another message. */
export function withoutLinks(message: string): string {
  return message.includes(PAGE) ? message.replace(LINK, '') : message;
}

const LINK = new RegExp(`\\sSee ${PAGE.replaceAll('.', '\\.')}#[\\w-]+`, 'g');
