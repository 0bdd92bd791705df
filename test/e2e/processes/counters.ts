/** The samples of a page that must never fall: counters, and the parts of histograms. */
export type Counters = ReadonlyMap<string, number>;

export function countersOf(page: string): Counters {
  const counters = new Map<string, number>();
  let isCounter = false;
  for (const line of page.split('\n')) {
    if (line.startsWith('# TYPE'))
      isCounter = /(counter|histogram)$/.test(line);
    else if (isCounter && line !== '' && !line.startsWith('#')) {
      const end = line.lastIndexOf(' ');
      counters.set(line.slice(0, end), Number(line.slice(end + 1)));
    }
  }
  return counters;
}

/** The samples that are lower on a later page, or missing there. */
export function fallsBetween(earlier: Counters, later: Counters): string[] {
  return [...earlier]
    .filter(([name, value]) => !((later.get(name) ?? -1) >= value))
    .map(([name, value]) => `${name} ${value} -> ${later.get(name)}`);
}

/** The highest values that two pages have shown. */
export function highest(some: Counters, others: Counters): Counters {
  const all = new Map(some);
  for (const [name, value] of others) {
    all.set(name, Math.max(value, all.get(name) ?? value));
  }
  return all;
}
