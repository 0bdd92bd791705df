/**
 * The path of a group below `/metrics` (Pushgateway, "URL": `/job/<job>/<name>/<value>`).
 * Values that a path cannot have go in base64url, as `/<name>@base64/<value>`.
 */
export function groupPath(
  jobName: string,
  groupings: Readonly<Record<string, string>>,
): string {
  return Object.entries({ job: jobName, ...groupings })
    .map(([name, value]) =>
      fitsPath(value)
        ? `/${name}/${encodeURIComponent(value)}`
        : `/${name}@base64/${base64(value.toWellFormed())}`,
    )
    .join('');
}

/** The gateway splits the path after it was decoded; "." and ".." lead elsewhere. */
function fitsPath(value: string): boolean {
  return value.isWellFormed() && !/^\.{0,2}$|\//.test(value);
}

/** The gateway understands "=" as an empty text. */
function base64(value: string): string {
  return Buffer.from(value).toString('base64url') || '=';
}
