import type { Cell } from './cells.js';
import type { LabelValue } from './labels.js';

/** A cell where no further step is needed. */
export type Step<C extends Cell> = LabelNode<C> | C;

/**
 * What follows a step. Nearly every step is followed by values of one label name
 * only, and many by one value only, which needs no Map.
 */
export class LabelNode<C extends Cell> {
  /** Of the labels that end here. */
  cell: C | undefined = undefined;
  /** Where `reach` has led: one of them. Apart, so that a look-up need not tell them apart. */
  reachedNode: LabelNode<C> | undefined = undefined;
  reachedCell: C | undefined = undefined;
  private reachedName: string | undefined = undefined;
  private reachedValue: LabelValue = undefined;
  private name: string | undefined = undefined;
  /** All values of that name, once there are several. */
  private values: Map<LabelValue, Step<C>> | undefined = undefined;
  private otherNames: Map<string, Map<LabelValue, Step<C>>> | undefined =
    undefined;

  /** How many labels lead here. */
  readonly depth: number;

  /** How it is reached: from which node, by which label. */
  constructor(
    private readonly parent?: LabelNode<C>,
    private readonly stepName?: string,
    private readonly stepValue?: LabelValue,
  ) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  /** The value of a label on the path to this node. */
  valueBefore(name: string): LabelValue {
    return name === this.stepName
      ? this.stepValue
      : this.parent?.valueBefore(name);
  }

  get isEmpty(): boolean {
    return this.name === undefined;
  }

  /** Goes to what follows; false if nothing does. What was reached last is often what is asked for next. */
  reach(name: string, value: LabelValue): boolean {
    if (name === this.reachedName && value === this.reachedValue) return true;
    const step = this.stepsOf(name)?.get(value);
    if (step !== undefined) this.keep(name, value, step);
    return step !== undefined;
  }

  child(name: string, value: LabelValue): Step<C> | undefined {
    return this.reach(name, value) ? this.reached : undefined;
  }

  put(name: string, value: LabelValue, step: Step<C>): void {
    const isOnly = name === this.reachedName && value === this.reachedValue;
    if (this.name === undefined) {
      this.name = name;
    } else if (this.values !== undefined || !isOnly) {
      // The only one so far is the one that was reached.
      this.values ??= new Map([[this.reachedValue, this.reached!]]);
      this.growStepsOf(name).set(value, step);
    }
    this.keep(name, value, step);
  }

  private get reached(): Step<C> | undefined {
    return this.reachedCell ?? this.reachedNode;
  }

  private keep(name: string, value: LabelValue, step: Step<C>): void {
    this.reachedName = name;
    this.reachedValue = value;
    const isNode = step instanceof LabelNode;
    this.reachedNode = isNode ? step : undefined;
    this.reachedCell = isNode ? undefined : step;
  }

  private stepsOf(name: string): Map<LabelValue, Step<C>> | undefined {
    return name === this.name ? this.values : this.otherNames?.get(name);
  }

  private growStepsOf(name: string): Map<LabelValue, Step<C>> {
    let steps = this.stepsOf(name);
    if (steps === undefined) {
      this.otherNames ??= new Map();
      this.otherNames.set(name, (steps = new Map()));
    }
    return steps;
  }
}
