import { getOrInsert } from '../../core/get-or-insert.js';
import { joinedKey } from '../../core/joined-key.js';
import { labelOf, type LabelSet } from '../../model/labels.js';
import type { ModelRow } from '../answers.js';
import { hasError } from './call-rows.js';
import { Buckets, BucketSteps } from './measures.js';
import type { Query } from './query.js';
import { RowMeasure } from './row-measure.js';
import { MoneyMeasure, TokenMeasure, watchUsage } from './usage-measures.js';

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

/** Models by provider. A model is known by the name that answers give, else by that of requests. */
export class Models {
  private readonly byKey = new Map<string, ModelMeasure>();

  constructor(private readonly query: Query) {}

  /** The model that a series is about. */
  of(series: LabelSet): ModelMeasure {
    const { name, provider } = modelOf(series);
    return getOrInsert(
      this.byKey,
      joinedKey([provider, name]),
      () => new ModelMeasure(name, provider, this.query),
    );
  }

  get all(): readonly ModelMeasure[] {
    return [...this.byKey.values()];
  }
}

/** Has all models measured. */
export function measuredModels(query: Query): Models {
  const { names } = query;
  const models = new Models(query);
  const durations = query.present(names.inferences);
  for (const series of query.labelled(...durations)) models.of(series);
  for (const series of query.series(...durations)) {
    const { row } = models.of(series);
    query.watch(series, row.outcome(hasError(series)));
    row.watchDurations(series);
  }
  watchChunks(query, models);
  watchUsage(query, (series) => models.of(series));
  return models;
}

function watchChunks(query: Query, models: Models): void {
  const { names, window } = query;
  for (const series of query.series(...query.present(names.firstChunk))) {
    const { bounds } = series.metric;
    const model = models.of(series);
    model.firstChunk ??= new Buckets(bounds);
    model.firstChunkLine ??= new BucketSteps(window, 'lines', bounds);
    query.watch(series, model.firstChunk);
    query.watch(series, model.firstChunkLine);
  }
  query.watchEach(query.present(names.perChunk), (series) => {
    const model = models.of(series);
    return (model.perChunk ??= new Buckets(series.metric.bounds));
  });
}

/** Metrics of the conventions and metrics of our own have different labels. */
function modelOf(series: LabelSet): { name: string; provider: string } {
  return {
    name:
      labelOf(series, 'gen_ai_response_model') ||
      labelOf(series, 'gen_ai_request_model') ||
      labelOf(series, 'model'),
    provider:
      labelOf(series, 'gen_ai_provider_name') || labelOf(series, 'provider'),
  };
}
