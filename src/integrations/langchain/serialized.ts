/** LangChain's description of the class of a model, tool or chain. */
export interface SerializedRunnable {
  /** The path of the module, then the class. */
  readonly id?: readonly string[];
  /** What was given to the constructor, without secrets; LangChain tells it for some classes. */
  readonly kwargs?: unknown;
}

/** The name of the class of a model, tool or chain. */
export function nameOfRunnable(
  serialized: SerializedRunnable | undefined,
): string {
  return serialized?.id?.at(-1) || 'unknown';
}

/** Whether a value can be a name in a label. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
