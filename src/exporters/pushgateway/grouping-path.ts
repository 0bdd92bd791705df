/**
 * Grouping labels as prom-client's client has to be given them. It writes names and
 * values into a path; values that a path cannot have go in base64url, as the API of
 * the Pushgateway has it ("URL": `/<name>@base64/<value>`).
 */
export function groupingPath(
  groupings: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groupings).map(([name, value]) =>
      fitsPath(value)
        ? [name, value]
        : [`${name}@base64`, base64(value.toWellFormed())],
    ),
  );
}

/** The gateway splits the path after it was decoded; "." and ".." lead elsewhere. */
function fitsPath(value: string): boolean {
  return value.isWellFormed() && !/^\.{0,2}$|\//.test(value);
}

/** The gateway understands "=" as an empty text. */
function base64(value: string): string {
  return Buffer.from(value).toString('base64url') || '=';
}
