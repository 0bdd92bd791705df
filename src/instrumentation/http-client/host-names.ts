/** The label value of all hosts that have no series of their own. */
const OTHER = 'other';

/** The values of the label `host`, for a bounded number of hosts. */
// Why: docs/decisions/http.md, "The first 50 hosts are named".
export class HostNames {
  private readonly named: Set<string>;
  private readonly patterns: readonly RegExp[];
  private readonly limit: number;

  /**
   * @param hosts the hosts that may have a name: by their name, or by a pattern.
   * @param maxMatches how many hosts that match a pattern get a name: the first ones.
   */
  constructor(hosts: readonly (string | RegExp)[], maxMatches: number) {
    this.named = new Set(hosts.filter((host) => typeof host === 'string'));
    this.patterns = hosts.filter((host) => typeof host !== 'string');
    this.limit = this.named.size + maxMatches;
  }

  /** @param origin scheme, host and port of a request, e.g. `https://api.openai.com`. */
  nameOf(origin: string): string {
    const host = hostOf(origin);
    return host !== undefined && this.admits(host) ? host : OTHER;
  }

  private admits(host: string): boolean {
    if (this.named.has(host)) return true;
    if (this.named.size >= this.limit || !this.matches(host)) return false;
    this.named.add(host);
    return true;
  }

  private matches(host: string): boolean {
    // Unlike test(), search() always begins at the start, whatever the flags.
    return this.patterns.some((pattern) => host.search(pattern) !== -1);
  }
}

/** Host and, unless it is the default of the scheme, port; `undefined` if the URL is not valid. */
export function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
