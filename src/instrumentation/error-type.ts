/** The `error.type` of OpenTelemetry's conventions: the error's own name, else that of its class. */
export function errorType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return typeof error;
    const names: unknown[] = [error.name, error.constructor?.name];
    const name = names.find((n) => typeof n === 'string' && n !== 'Error' && n);
    return (name as string | undefined) ?? 'Error';
  } catch {
    return 'Error';
  }
}
