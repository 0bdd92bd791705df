import { ValueCell } from '../model/cells.js';
import { ForeignMetricError, shown } from '../core/errors.js';
import { NO_TIME } from '../core/wall-clock.js';
import { promClientExemplar } from './prom-client-exemplar.js';
import {
  type PromClientNames,
  type PromClientValue,
  sampleOf,
} from './prom-client-sample.js';
import type { PageType } from './metric-family.js';

/** The series of a foreign metric that have one value each. */
export class PromClientValues {
  readonly bounds: readonly number[] = [];
  /** Why a series is left out; the first reason. */
  omitted: ForeignMetricError | undefined = undefined;
  private readonly made: ValueCell[] = [];
  private readonly texts = new Set<string>();

  constructor(
    private readonly type: PageType,
    private readonly names: PromClientNames,
  ) {}

  /** @throws {ForeignMetricError} if it cannot be written. */
  add(given: PromClientValue): void {
    const { name } = this.names;
    const { labels, value, exemplar } = sampleOf(given, this.type, this.names);
    if (this.type === 'counter' && !(value >= 0)) {
      this.omit(`has the value ${value}; expected 0 or more`);
      return;
    }
    const cell = new ValueCell(name, labels, NO_TIME);
    const { size } = this.texts;
    if (this.texts.add(cell.text).size === size) {
      this.omit(`has two values for the labels ${shown(given.labels)}`);
      return;
    }
    cell.value = value;
    if (exemplar) cell.exemplar = promClientExemplar(exemplar);
    this.made.push(cell);
  }

  async cells(): Promise<ValueCell[]> {
    return this.made;
  }

  private omit(why: string): void {
    this.omitted ??= new ForeignMetricError(
      `A series of the ${this.type} "${this.names.name}" is left out: it ${why}`,
    );
  }
}
