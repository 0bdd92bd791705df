/** Kinds of reasons why an answer ended. */
export type FinishKind =
  | 'stop'
  | 'length'
  | 'content_filter'
  | 'tool_calls'
  | 'refusal'
  | 'error'
  | 'other';

/** What providers call each kind, in lower case. */
const NAMES: Readonly<Partial<Record<FinishKind, readonly string[]>>> = {
  stop: [
    'stop',
    'completed',
    'complete',
    'end_turn',
    'eos',
    'eos_token',
    'finished',
    'stop_sequence',
  ],
  length: [
    'length',
    'max_length',
    'max_output_tokens',
    'max_tokens',
    'model_context_window_exceeded',
    'model_length',
  ],
  content_filter: [
    'blocklist',
    'content_filter',
    'content_filtered',
    'error_toxic',
    'guardrail_intervened',
    'image_prohibited_content',
    'image_recitation',
    'image_safety',
    'prohibited_content',
    'recitation',
    'safety',
    'sensitive',
    'spii',
  ],
  tool_calls: ['function_call', 'tool_call', 'tool_calls', 'tool_use'],
  refusal: ['refusal', 'refused'],
  error: [
    'abort',
    'error',
    'error_limit',
    'failed',
    'insufficient_system_resource',
    'malformed_function_call',
    'malformed_model_output',
    'malformed_tool_use',
    'network_error',
    'timeout',
    'unexpected_tool_call',
  ],
};

const KINDS = new Map<string, FinishKind>(
  Object.entries(NAMES).flatMap(([kind, names]) =>
    names.map((name) => [name, kind as FinishKind] as const),
  ),
);

/**
 * The kind of a finish reason, for labels: providers have dozens of names.
 *
 * @param raw the reason as the provider reports it, e.g. `'end_turn'` or `'incomplete:max_output_tokens'`.
 * @returns `'other'` for a reason that is not known.
 *
 * @example
 * finishKind('MAX_TOKENS'); // 'length'
 */
export function finishKind(raw: string): FinishKind {
  const name = String(raw)
    .toLowerCase()
    .replace(/^incomplete:/, '');
  return KINDS.get(name.replaceAll('-', '_')) ?? 'other';
}
