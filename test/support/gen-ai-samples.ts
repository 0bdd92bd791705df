/** Sums of tokens, by kind. */
interface Tokens {
  readonly input?: number;
  readonly output?: number;
  readonly cached?: number;
  readonly reasoning?: number;
}

const PREFIX = 'gen_ai_client_inference';

/** The labels of the counters of tokens whose kind of content is not known. */
export const counted = (labels: string, agent?: string) =>
  `${agent === undefined ? '' : `agent="${agent}",`}${labels},gen_ai_token_modality="unknown"`;

/**
 * All samples of tokens on a page without buckets, sorted.
 *
 * @param labels the labels of the inferences.
 * @param count how many inferences there were.
 */
export function tokenSamples(
  labels: string,
  { input, output, cached, reasoning }: Tokens,
  { count = 1, agent }: { count?: number; agent?: string } = {},
): string[] {
  const histograms = { input_tokens: input, output_tokens: output };
  const counters = {
    cache_read_input_tokens: cached,
    input_tokens: input,
    output_tokens: output,
    reasoning_output_tokens: reasoning,
  };
  return [
    ...told(histograms).flatMap(([name, sum]) => [
      `${PREFIX}_operation_${name}_count{${labels}} ${count}`,
      `${PREFIX}_operation_${name}_sum{${labels}} ${sum}`,
    ]),
    ...told(counters).map(
      ([name, sum]) =>
        `${PREFIX}_usage_${name}_total{${counted(labels, agent)}} ${sum}`,
    ),
  ];
}

function told(sums: Readonly<Record<string, number | undefined>>) {
  return Object.entries(sums).filter(([, sum]) => sum !== undefined);
}
