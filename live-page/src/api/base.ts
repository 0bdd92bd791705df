/**
 * The URL of the API, from the URL of this program, which lies at `<page>/assets/`. It holds
 * under a prefix and behind a proxy's path, with and without a slash at the page's end.
 */
export function apiBase(moduleUrl: string): URL {
  const url = new URL('../api/', moduleUrl);
  // fetch() refuses a URL with a password, which a reader may have typed.
  url.username = '';
  url.password = '';
  url.search = '';
  return url;
}

/** What the page asks for: a view and what is chosen in it. */
export interface Query {
  readonly view: string;
  /** Answers of one key take each other's place. */
  readonly key: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The URL of a query; `null` asks for the time range that the app shows by default. */
export function queryUrl(
  base: URL,
  query: Query,
  minutes: number | null,
): string {
  const url = new URL(query.view, base);
  if (minutes !== null) url.searchParams.set('minutes', String(minutes));
  for (const [name, value] of Object.entries(query.parameters)) {
    url.searchParams.append(name, value);
  }
  return url.href;
}
