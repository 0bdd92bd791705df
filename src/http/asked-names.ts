/** How many names one request may have. */
export const MAX_NAMES = 100;

/** The names that a URL asks for by `?name[]=`, as often as it likes; `undefined` if by none. */
export function namesAskedFor(url = ''): string[] | undefined {
  const [, query = ''] = url.split(/\?(.*)/s, 2);
  const names = new URLSearchParams(query).getAll('name[]');
  return names.length === 0 ? undefined : [...new Set(names)].sort();
}
