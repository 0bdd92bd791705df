import { type Fields, fieldsOf } from '../../accounting/fields.js';

/** A model's answer, or a chunk of one. */
export interface Generation {
  readonly text?: unknown;
  readonly message?: unknown;
  readonly generationInfo?: unknown;
}

/** The answers to one prompt. */
export interface Generations {
  readonly generations?: readonly (readonly (Generation | undefined)[])[];
  readonly llmOutput?: unknown;
}

/** Where LangChain's packages for providers put what the provider says. Each has its own habits. */
export interface GenerationParts {
  /** The `response_metadata` of the message. */
  readonly metadata: Fields;
  /** The `additional_kwargs` of the message. */
  readonly extra: Fields;
  /** What is said beside the message. */
  readonly info: Fields;
  /** LangChain's own counts: the `usage_metadata` of the message. */
  readonly counts: Fields;
}

export function partsOf(generation: Generation | undefined): GenerationParts {
  const { message, generationInfo } = fieldsOf(generation);
  const { response_metadata, additional_kwargs, usage_metadata } =
    fieldsOf(message);
  return {
    metadata: fieldsOf(response_metadata),
    extra: fieldsOf(additional_kwargs),
    info: fieldsOf(generationInfo),
    counts: fieldsOf(usage_metadata),
  };
}
