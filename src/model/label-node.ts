import type { Cell } from './cells.js';
import type { LabelValue } from './labels.js';

/** What a label leads to: a further node, or a cell if no other label is needed to find it. */
export type Step<C extends Cell> = LabelNode<C> | C;

/**
 * A node of the label index: the steps that labels may lead to from here. Nearly every node
 * has values of one label name only, and many have one value only, which needs no Map.
 */
export class LabelNode<C extends Cell> {
  /** The cell of the labels that end here. */
  cell: C | undefined = undefined;
  /** The step that `advance` found last. In two fields, so that a look-up need not check which it is. */
  lastNode: LabelNode<C> | undefined = undefined;
  lastCell: C | undefined = undefined;
  private lastName: string | undefined = undefined;
  private lastValue: LabelValue = undefined;
  private name: string | undefined = undefined;
  /** The next steps by the value of the label, once there are several values. */
  private values: Map<LabelValue, Step<C>> | undefined = undefined;
  private otherNames: Map<string, Map<LabelValue, Step<C>>> | undefined =
    undefined;

  /** How many labels lead here. */
  readonly depth: number;

  /** @param parent the previous node, from which the label of `stepName` and `stepValue` leads here. */
  constructor(
    private readonly parent?: LabelNode<C>,
    private readonly stepName?: string,
    private readonly stepValue?: LabelValue,
  ) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  /** The value of a label between the root and this node. */
  valueOnPath(name: string): LabelValue {
    return name === this.stepName
      ? this.stepValue
      : this.parent?.valueOnPath(name);
  }

  get isEmpty(): boolean {
    return this.name === undefined;
  }

  /** Finds the step of a label, and returns whether there is one. The last step is tried first, as the same label often comes again. */
  advance(name: string, value: LabelValue): boolean {
    if (name === this.lastName && value === this.lastValue) return true;
    const step = this.stepsOf(name)?.get(value);
    if (step !== undefined) this.setLast(name, value, step);
    return step !== undefined;
  }

  child(name: string, value: LabelValue): Step<C> | undefined {
    return this.advance(name, value) ? this.last : undefined;
  }

  put(name: string, value: LabelValue, step: Step<C>): void {
    const isOnly = name === this.lastName && value === this.lastValue;
    if (this.name === undefined) {
      this.name = name;
    } else if (this.values !== undefined || !isOnly) {
      // The only step so far is the last one.
      this.values ??= new Map([[this.lastValue, this.last!]]);
      this.growStepsOf(name).set(value, step);
    }
    this.setLast(name, value, step);
  }

  private get last(): Step<C> | undefined {
    return this.lastCell ?? this.lastNode;
  }

  private setLast(name: string, value: LabelValue, step: Step<C>): void {
    this.lastName = name;
    this.lastValue = value;
    const isNode = step instanceof LabelNode;
    this.lastNode = isNode ? step : undefined;
    this.lastCell = isNode ? undefined : step;
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
