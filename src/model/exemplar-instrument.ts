import type { Cell } from './cells.js';
import type { Exemplar } from './exemplars.js';
import type { Family } from './family.js';
import { Instrument } from './instrument.js';
import { type Labels, NO_LABELS } from './labels.js';
import {
  exemplarCallOf,
  type ExemplarOptions,
  manualExemplar,
} from './manual-exemplars.js';

/** The common base of the instruments whose recordings may have exemplars. */
export abstract class ExemplarInstrument<
  C extends Cell,
  F extends Family<C>,
> extends Instrument<F> {
  /** @internal Makes an exemplar that of the series, or of the bucket of its value. */
  protected abstract setExemplar(cell: C, exemplar: Exemplar): void;

  /** @internal Records in the series without labels. */
  protected recordUnlabelled(
    value: number,
    options: number | ExemplarOptions | undefined,
  ): void {
    if (typeof options !== 'object') this.record(NO_LABELS, value);
    else this.recordWith(NO_LABELS, value, options);
  }

  /**
   * @internal Records what was given in the form of prom-client.
   *
   * @param error that of labels which are none; thrown if it is no such call.
   * @param byDefault the value of a call without one.
   */
  protected recordAsCall(
    given: object,
    error: unknown,
    byDefault?: number,
  ): void {
    const call = exemplarCallOf(given);
    if (call === undefined) throw error;
    const { labels = NO_LABELS, value = byDefault, exemplarLabels } = call;
    // `record()` refuses a missing value.
    this.recordWith(labels, value as number, { exemplar: exemplarLabels });
  }

  /** @internal Records with an exemplar, if the options have one. */
  protected recordWith(
    labels: Labels,
    value: number,
    options: ExemplarOptions,
  ): void {
    const exemplar = manualExemplar(options, value, this.name);
    this.record(labels, value);
    if (exemplar === undefined) return;
    this.setExemplar(this.family.cell(labels), exemplar);
  }
}
