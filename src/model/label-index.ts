import type { Cell } from './cells.js';
import { LabelNode, type Step } from './label-node.js';
import {
  GivenLabels,
  isCanonicalValue,
  isPlainObject,
  type Labels,
  type LabelSet,
  type LabelValue,
  NO_LABELS,
} from './labels.js';

/**
 * Finds the cell of a label set by one step per label, keyed by the value as it was given. A cell
 * has a path for each order and type in which callers give its labels.
 */
// Why: docs/decisions/recording.md, "A path in the label index ends where the series is unique".
export class LabelIndex<C extends Cell> {
  private root = new LabelNode<C>();
  /** The cell without labels: not at the root, so that a walk finds nothing in an object without own keys. */
  private unlabelled: C | undefined = undefined;
  private readonly names = new Set<string>();
  private unmatched: GivenLabels | undefined = undefined;

  /**
   * The cell of labels as they are given. Each value is read only once: if there is no
   * cell, {@link takeUnmatched} returns the labels as they were read.
   */
  find(labels: Labels): C | undefined {
    let node = this.root;
    let cell: C | undefined;
    // How many labels matched, once a cell is reached. Before that, the node has the number.
    let depth = 0;
    let value: LabelValue;
    // Leaving the loop by a label is faster than a flag, and than a call inside the loop.
    walk: {
      for (const name in labels) {
        // V8 removes this call inside a for-in, but only in this form.
        if (!Object.prototype.hasOwnProperty.call(labels, name)) continue;
        value = labels[name];
        if (cell !== undefined) {
          if (!hasLabel(cell, depth, name, value)) break walk;
          depth++;
        } else if (!node.advance(name, value)) break walk;
        else if ((cell = node.lastCell) === undefined) node = node.lastNode!;
        else depth = node.depth + 1;
      }
      const found = cell === undefined ? node.cell : cell;
      if (found === undefined || found.removed) break walk;
      if (cell === undefined || depth === cell.names.length) return found;
    }
    return this.readUnmatched(labels, depth, node, cell, value);
  }

  /** The labels that {@link find} has read when it found no cell. */
  takeUnmatched(): GivenLabels {
    const { unmatched } = this;
    this.unmatched = undefined;
    return unmatched!;
  }

  findSet({ names, values }: LabelSet): C | undefined {
    if (names.length === 0) return this.unlabelled;
    let step: Step<C> | undefined = this.root;
    for (let i = 0; i < names.length && step instanceof LabelNode; i++) {
      step = step.child(names[i]!, values[i]);
    }
    if (step instanceof LabelNode) return step.cell;
    return step !== undefined && isLabelled(step, names, values)
      ? step
      : undefined;
  }

  add({ names, values }: GivenLabels, cell: C): void {
    if (names.length === 0) this.unlabelled = cell;
    else this.file(names, values, cell, isLabelled(cell, names, values));
  }

  addSet(cell: C): void {
    for (const name of cell.names) this.names.add(name);
    if (cell.names.length === 0) this.unlabelled = cell;
    else this.file(cell.names, cell.values, cell, true);
  }

  /**
   * Whether labels are given exactly as `addSet` adds them, under names that it has added
   * before. If `find` does not find them, no other form of them is in the index either.
   */
  isCanonical({ names, values }: GivenLabels): boolean {
    return names.every((name, i) => {
      const isNext = i === 0 || name > names[i - 1]!;
      return isNext && this.names.has(name) && isCanonicalValue(values[i]);
    });
  }

  clear(): void {
    this.root = new LabelNode<C>();
    this.unlabelled = undefined;
    this.names.clear();
  }

  /**
   * Collects the labels for a new series. The values of matched labels come from the path
   * or the cell, as a getter may return another value the second time; only names are read twice.
   *
   * An object without own keys has the unlabelled cell if it is `{}`; other ones have none.
   *
   * @param depth how many labels have matched, where a cell was reached.
   * @param value of the first label that has not.
   */
  private readUnmatched(
    labels: Labels,
    depth: number,
    node: LabelNode<C>,
    cell: C | undefined,
    value: LabelValue,
  ): C | undefined {
    const unlabelled = this.unlabelled?.removed ? undefined : this.unlabelled;
    if (labels === NO_LABELS && unlabelled !== undefined) return unlabelled;
    const known = cell === undefined ? node.depth : depth;
    const given = new GivenLabels();
    for (const name in labels) {
      if (!Object.prototype.hasOwnProperty.call(labels, name)) continue;
      const { length } = given.names;
      if (length < known) given.add(name, knownValue(name, node, cell));
      else given.add(name, length === known ? value : labels[name]);
      if (given.areTooMany) break;
    }
    const isEmpty = given.names.length === 0;
    if (isEmpty && unlabelled !== undefined && isPlainObject(labels)) {
      return unlabelled;
    }
    this.unmatched = given;
    return undefined;
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
   * @param exact whether these are the cell's own labels, so that the path may end early.
   * @returns the cell whose path ended where this one goes on.
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
        step = new LabelNode<C>(node, names[i], values[i]);
        node.put(names[i]!, values[i], step);
      }
      node = step;
    }
    node.cell = cell;
    return displaced;
  }
}

function knownValue<C extends Cell>(
  name: string,
  node: LabelNode<C>,
  cell: C | undefined,
): LabelValue {
  return cell === undefined
    ? node.valueOnPath(name)
    : cell.values[cell.names.indexOf(name)];
}

/** Whether given labels are the cell's own. */
function isLabelled(
  cell: Cell,
  names: readonly string[],
  values: readonly LabelValue[],
): boolean {
  return (
    names.length === cell.names.length &&
    names.every((name, i) => hasLabel(cell, i, name, values[i]))
  );
}

/** @param at the likely index of the label. */
function hasLabel(
  { names, values }: Cell,
  at: number,
  name: string,
  value: LabelValue,
): boolean {
  const i = names[at] === name ? at : names.indexOf(name);
  return i !== -1 && values[i] === value;
}
