import type { Cell } from './cells.js';
import {
  type Labels,
  type LabelSet,
  type LabelValue,
  MAX_LABEL_VALUE,
} from './labels.js';

/**
 * Finds the cell of a label set: one step per label, keyed by the value as it was
 * given. Joined string keys would be several times slower and can collide.
 *
 * The same cell may be filed under several paths, because callers give labels in
 * other orders and as other types; `add` is told each of them once. A path ends
 * at the first step that nothing else needs: most series are told apart by one or
 * two of their labels, and the rest is compared with the cell's own.
 */
export class LabelIndex<C extends Cell> {
  private root = new LabelNode<C>();
  private readonly names = new Set<string>();

  find(labels: Labels): C | undefined {
    let node = this.root;
    let cell: C | undefined;
    let depth = 0;
    for (const name in labels) {
      if (cell !== undefined) {
        return isLabelled(cell, labels) ? cell : undefined;
      }
      if (!node.reach(name, labels[name])) return undefined;
      cell = node.reachedCell;
      if (cell === undefined) node = node.reachedNode!;
      depth++;
    }
    if (cell === undefined) return node.cell;
    return depth === cell.names.length ? cell : undefined;
  }

  findSet({ names, values }: LabelSet): C | undefined {
    let step: Step<C> | undefined = this.root;
    for (let i = 0; i < names.length && step instanceof LabelNode; i++) {
      step = step.child(names[i]!, values[i]);
    }
    if (step instanceof LabelNode) return step.cell;
    return step !== undefined && isEqual(step, names, values)
      ? step
      : undefined;
  }

  add(labels: Labels, cell: C): void {
    const names: string[] = [];
    for (const name in labels) names.push(name);
    const values = names.map((name) => labels[name]);
    this.file(names, values, cell, isLabelled(cell, labels));
  }

  addSet(cell: C): void {
    for (const name of cell.names) this.names.add(name);
    this.file(cell.names, cell.values, cell, true);
  }

  /**
   * Whether labels are given just as `addSet` would file them, under names that it
   * has filed before: what `find` does not find then is not there in any other form.
   */
  isCanonical(labels: Labels): boolean {
    let previous = '';
    for (const name in labels) {
      const value = labels[name];
      if (typeof value !== 'string' || value === '') return false;
      if (value.length > MAX_LABEL_VALUE) return false;
      if (!(name > previous) || !this.names.has(name)) return false;
      previous = name;
    }
    return true;
  }

  clear(): void {
    this.root = new LabelNode<C>();
    this.names.clear();
  }

  private file(
    names: readonly string[],
    values: readonly LabelValue[],
    cell: C,
    exact: boolean,
  ): void {
    const displaced = this.place(names, values, cell, exact);
    if (displaced !== undefined) this.addSet(displaced);
  }

  /**
   * @param exact whether the cell's own labels are these, so that the path may be cut short.
   * @returns the cell whose path was cut short where this one goes on.
   */
  private place(
    names: readonly string[],
    values: readonly LabelValue[],
    cell: C,
    exact: boolean,
  ): C | undefined {
    let node = this.root;
    let displaced: C | undefined;
    for (let i = 0; i < names.length; i++) {
      let step = node.child(names[i]!, values[i]);
      if (!(step instanceof LabelNode)) {
        const isFree = step === undefined || step.removed || step === cell;
        const isLast = i === names.length - 1;
        if (exact && isFree && (isLast || !node.isEmpty)) {
          node.put(names[i]!, values[i], cell);
          return displaced;
        }
        if (step?.removed === false) displaced = step;
        step = new LabelNode<C>();
        node.put(names[i]!, values[i], step);
      }
      node = step;
    }
    node.cell = cell;
    return displaced;
  }
}

/** A cell where no further step is needed. */
type Step<C extends Cell> = LabelNode<C> | C;

/**
 * What follows a step. Nearly every step is followed by values of one label name
 * only, and many by one value only, which needs no Map.
 */
class LabelNode<C extends Cell> {
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

/** Whether labels, as they are given, are the cell's own. */
function isLabelled(cell: Cell, labels: Labels): boolean {
  const { names, values } = cell;
  let count = 0;
  for (const name in labels) {
    const i = names[count] === name ? count : names.indexOf(name);
    if (i === -1 || values[i] !== labels[name]) return false;
    count++;
  }
  return count === names.length;
}

function isEqual(
  cell: Cell,
  names: readonly string[],
  values: readonly string[],
): boolean {
  return (
    names.length === cell.names.length &&
    names.every((name, i) => name === cell.names[i]) &&
    values.every((value, i) => value === cell.values[i])
  );
}
