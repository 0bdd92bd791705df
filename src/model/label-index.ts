import type { Cell } from './cells.js';
import { GivenLabels, isPlain } from './given-labels.js';
import { LabelNode, type Step } from './label-node.js';
import {
  type Labels,
  type LabelSet,
  type LabelValue,
  MAX_LABEL_VALUE,
  NO_LABELS,
} from './labels.js';

/**
 * Finds the cell of a label set: one step per label, keyed by the value as it was
 * given. Joined string keys would be several times slower and can collide.
 *
 * The same cell may be filed under several paths, because callers give labels in
 * other orders and as other types; `add` files each of them once. A path ends
 * at the first step that nothing else needs: most series are told apart by one or
 * two of their labels, and the rest is compared with the cell's own.
 */
export class LabelIndex<C extends Cell> {
  private root = new LabelNode<C>();
  private readonly names = new Set<string>();
  private missed: GivenLabels | undefined = undefined;

  /**
   * The cell of labels as they are given. Each value is read once, on the way along
   * them: if no cell is known, {@link takeMissed} gives the labels as they were read.
   */
  find(labels: Labels): C | undefined {
    let node = this.root;
    let cell: C | undefined;
    let depth = 0;
    let value: LabelValue;
    // A call inside the loop would slow it down, so that the loop ends with a flag.
    let isKnown = true;
    for (const name in labels) {
      // V8 removes this call inside a for-in, but only in this form.
      if (!Object.prototype.hasOwnProperty.call(labels, name)) continue;
      value = labels[name];
      if (cell !== undefined) {
        isKnown = hasLabel(cell, depth, name, value);
      } else if ((isKnown = node.reach(name, value))) {
        cell = node.reachedCell;
        if (cell === undefined) node = node.reachedNode!;
      }
      if (!isKnown) break;
      depth++;
    }
    if (isKnown && depth > 0) {
      if (cell === undefined) {
        if (node.cell?.removed === false) return node.cell;
      } else if (!cell.removed && depth === cell.names.length) return cell;
    }
    return this.miss(labels, isKnown, depth, node, cell, value);
  }

  /** What {@link find} has read when it found nothing. */
  takeMissed(): GivenLabels {
    const { missed } = this;
    this.missed = undefined;
    return missed!;
  }

  findSet({ names, values }: LabelSet): C | undefined {
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
    this.file(names, values, cell, isLabelled(cell, names, values));
  }

  addSet(cell: C): void {
    for (const name of cell.names) this.names.add(name);
    this.file(cell.names, cell.values, cell, true);
  }

  /**
   * Whether labels are given just as `addSet` would file them, under names that it
   * has filed before: what `find` does not find then is not there in any other form.
   */
  isCanonical({ names, values }: GivenLabels): boolean {
    return names.every((name, i) => {
      const isNext = i === 0 || name > names[i - 1]!;
      return isNext && this.names.has(name) && isCanonicalValue(values[i]);
    });
  }

  clear(): void {
    this.root = new LabelNode<C>();
    this.names.clear();
  }

  /**
   * Collects the labels for a new series. The values of known ones come from the path
   * or the cell, as a getter may give another one the second time; only names are read twice.
   *
   * @param isKnown whether all labels have matched. `{}` has the unlabelled cell; other objects without own keys have none.
   * @param depth how many labels have matched.
   * @param value of the first label that has not.
   */
  private miss(
    labels: Labels,
    isKnown: boolean,
    depth: number,
    node: LabelNode<C>,
    cell: C | undefined,
    value: LabelValue,
  ): C | undefined {
    if (isKnown && depth === 0 && node.cell?.removed === false) {
      if (labels === NO_LABELS || isPlain(labels)) return node.cell;
    }
    const given = new GivenLabels();
    for (const name in labels) {
      if (!Object.prototype.hasOwnProperty.call(labels, name)) continue;
      const { length } = given.names;
      if (length < depth) given.add(name, knownValue(name, node, cell));
      else given.add(name, length === depth ? value : labels[name]);
      if (given.areTooMany) break;
    }
    this.missed = given;
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
    ? node.valueBefore(name)
    : cell.values[cell.names.indexOf(name)];
}

/** Whether labels, as they are given, are the cell's own. */
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

/** @param at where the label is likely to stand. */
function hasLabel(
  { names, values }: Cell,
  at: number,
  name: string,
  value: LabelValue,
): boolean {
  const i = names[at] === name ? at : names.indexOf(name);
  return i !== -1 && values[i] === value;
}

/** Whether the value is on its series as it is. */
function isCanonicalValue(value: LabelValue): boolean {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_LABEL_VALUE &&
    value.isWellFormed()
  );
}
