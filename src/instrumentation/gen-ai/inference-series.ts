import type { GenAiInstruments, GenAiLabels } from './gen-ai-instruments.js';
import { joinedKey } from '../../core/joined-key.js';
import type { Labels } from '../../model/labels.js';
import type { LabelsInForce } from './context-labels.js';
import type { EndedInference } from './inference-writer.js';
import { KeptSeries } from './kept-series.js';
import type { Inference } from './recordings.js';

/** How many label sets are kept. Without a limit, unexpected names of models would fill the memory. */
const MAX_KEPT = 1_000;

/** The series of inferences with the same labels. */
export interface SeriesOfInference {
  /** Those with the labels of the conventions. */
  readonly plain: KeptSeries;
  /** Those that have the agent too. */
  readonly ofAgent: KeptSeries;
  /** Those of our own metrics: agent, model and provider. */
  readonly own: KeptSeries;
}

/** The series of tokens and costs with an estimate in them have a label that says so. */
// Why: docs/decisions/accounting.md, "Estimates need a tokenizer, and are marked".
export function ofSource(series: KeptSeries, isEstimated: boolean): KeptSeries {
  return isEstimated ? series.with('source', 'estimated') : series;
}

/** Keeps the series of inferences, by their labels. */
export class InferenceSeries {
  private readonly kept = new Map<string, SeriesOfInference>();

  constructor(private readonly instruments: GenAiInstruments) {}

  of({ inference, agent, context }: EndedInference): SeriesOfInference {
    const key = keyOf(inference, agent, context);
    let series = this.kept.get(key);
    if (series === undefined) {
      series = this.seriesOf(inference, agent, context?.labels);
      if (this.kept.size < MAX_KEPT) this.kept.set(key, series);
    }
    return series;
  }

  private seriesOf(
    inference: Inference,
    agent: string | undefined,
    context: Labels | undefined,
  ): SeriesOfInference {
    const { instruments } = this;
    const labels = { ...context, ...labelsOf(inference) };
    const { provider, model, responseModel = model } = inference;
    const own = { ...context, agent, model: responseModel, provider };
    return {
      plain: new KeptSeries(instruments, labels),
      ofAgent: new KeptSeries(instruments, { ...labels, agent }),
      own: new KeptSeries(instruments, own),
    };
  }
}

function labelsOf(inference: Inference): GenAiLabels {
  const { operation = 'chat', provider, model, responseModel } = inference;
  const { serverAddress, serverPort } = inference;
  return {
    gen_ai_operation_name: operation,
    gen_ai_provider_name: provider,
    gen_ai_request_model: model,
    gen_ai_response_model: responseModel,
    server_address: serverAddress,
    server_port: serverPort === undefined ? undefined : String(serverPort),
  };
}

function keyOf(
  inference: Inference,
  agent = '',
  context: LabelsInForce | undefined,
): string {
  const { operation = 'chat', provider, model, responseModel = '' } = inference;
  const { serverAddress = '', serverPort = '' } = inference;
  return joinedKey([
    context?.key ?? '',
    operation,
    provider,
    model,
    responseModel,
    agent,
    serverAddress,
    String(serverPort),
  ]);
}
