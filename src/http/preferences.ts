/** One of the things that a client accepts. */
export interface Preference {
  /** In lower case: a media type, a coding, or a pattern of them. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0, not at all, to 1. */
  readonly weight: number;
}

/** What a header such as `Accept` lists (RFC 9110, sections 12.4.2 and 12.5), without what is malformed. */
export function preferencesOf(header = ''): Preference[] {
  return header.split(',').flatMap((text) => {
    const [value = '', ...rest] = text.split(';').map((part) => part.trim());
    const parameters = new Map(rest.map(parameterOf));
    const weight = Number(parameters.get('q') ?? 1);
    return value !== '' && weight >= 0 && weight <= 1
      ? [{ value: value.toLowerCase(), parameters, weight }]
      : [];
  });
}

function parameterOf(text: string): [string, string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}
