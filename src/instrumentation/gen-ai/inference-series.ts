import type { GenAiInstruments, GenAiLabels } from './gen-ai-instruments.js';
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
}

/** Keeps the series of inferences, by their labels. */
export class InferenceSeries {
  private readonly kept = new Map<string, SeriesOfInference>();

  constructor(private readonly instruments: GenAiInstruments) {}

  of(inference: Inference, agent: string | undefined): SeriesOfInference {
    const key = keyOf(inference, agent);
    let series = this.kept.get(key);
    if (series === undefined) {
      series = this.seriesOf(inference, agent);
      if (this.kept.size < MAX_KEPT) this.kept.set(key, series);
    }
    return series;
  }

  private seriesOf(
    inference: Inference,
    agent: string | undefined,
  ): SeriesOfInference {
    const labels = labelsOf(inference);
    return {
      plain: new KeptSeries(this.instruments, labels),
      ofAgent: new KeptSeries(this.instruments, { ...labels, agent }),
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

/** No label has a line break in its usual values; one that has shares its series with nobody either, since the parts are as many. */
function keyOf(inference: Inference, agent = ''): string {
  const { operation = 'chat', provider, model, responseModel = '' } = inference;
  const { serverAddress = '', serverPort = '' } = inference;
  return `${operation}\n${provider}\n${model}\n${responseModel}\n${agent}\n${serverAddress}\n${serverPort}`;
}
