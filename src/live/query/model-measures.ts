import type { ModelRow } from '../answers.js';
import { type Buckets, BucketSteps } from './measures.js';
import { hasError } from './call-rows.js';
import { labelOf, type Labelled, type Query } from './query.js';
import { RowMeasure } from './row-measure.js';
import { MoneyMeasure, TokenMeasure } from './token-measures.js';

/** What is measured of one model of a provider. */
export class ModelMeasure {
  readonly row: RowMeasure;
  readonly tokens: TokenMeasure;
  readonly cost: MoneyMeasure;
  firstChunk: Buckets | undefined = undefined;
  perChunk: Buckets | undefined = undefined;
  /** The time to the first chunk at each step. */
  firstChunkLine: BucketSteps | undefined = undefined;

  constructor(
    readonly name: string,
    readonly provider: string,
    query: Query,
  ) {
    const { window } = query;
    this.row = new RowMeasure(query);
    this.tokens = new TokenMeasure(window);
    this.cost = new MoneyMeasure(window);
  }

  toRow(): ModelRow {
    return {
      ...this.row.row(this.name),
      provider: this.provider,
      firstChunk: this.firstChunk?.quantile(0.95) ?? null,
      perChunk: this.perChunk?.quantile(0.95) ?? null,
      tokens: this.tokens.totals(),
      cost: this.cost.money(),
    };
  }
}

/** Has all models measured. A model is known by the name that answers give, else by that of requests. */
export class ModelMeasures {
  readonly all = new Map<string, ModelMeasure>();

  constructor(private readonly query: Query) {
    const { names } = query;
    const durations = query.present(names.inferences);
    for (const series of query.labelled(...durations)) this.of(series);
    for (const series of query.series(...durations)) {
      const { row } = this.of(series);
      query.watch(series, row.outcome(hasError(series)));
      row.watchDurations(series);
    }
    this.watchChunks();
    this.watchUsage();
  }

  private of(series: Labelled): ModelMeasure {
    const { name, provider } = modelOf(series);
    const key = JSON.stringify([provider, name]);
    let model = this.all.get(key);
    if (model === undefined) {
      model = new ModelMeasure(name, provider, this.query);
      this.all.set(key, model);
    }
    return model;
  }

  private watchChunks(): void {
    const { query } = this;
    const { names } = query;
    for (const series of query.series(...query.present(names.firstChunk))) {
      const { name } = series.metric;
      const model = this.of(series);
      model.firstChunk ??= query.newBuckets(name);
      model.firstChunkLine ??= query.newBucketSteps('lines', name);
      query.watch(series, model.firstChunk);
      query.watch(series, model.firstChunkLine);
    }
    for (const series of query.series(...query.present(names.perChunk))) {
      const model = this.of(series);
      model.perChunk ??= query.newBuckets(series.metric.name);
      query.watch(series, model.perChunk);
    }
  }

  private watchUsage(): void {
    const { query } = this;
    for (const kind of TokenMeasure.KINDS) {
      for (const series of query.series(...query.tokens(kind))) {
        query.watch(series, this.of(series).tokens.of(kind));
      }
    }
    for (const series of query.series(query.names.cost)) {
      query.watch(series, this.of(series).cost.of(series.label('currency')));
    }
  }
}

/** Metrics of the conventions and metrics of our own have different labels. */
export function modelOf(series: Labelled): { name: string; provider: string } {
  return {
    name:
      labelOf(series, 'gen_ai_response_model') ||
      labelOf(series, 'gen_ai_request_model') ||
      labelOf(series, 'model'),
    provider:
      labelOf(series, 'gen_ai_provider_name') || labelOf(series, 'provider'),
  };
}
