/** The code of a system error, e.g. `ENOENT`; an empty text if it has none. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

/** The result of an operation, or another value if it fails with one of these codes. */
export async function unlessCode<T, E>(
  operation: Promise<T>,
  codes: readonly string[],
  other: E,
): Promise<T | E> {
  try {
    return await operation;
  } catch (error) {
    if (codes.includes(codeOf(error))) return other;
    throw error;
  }
}
