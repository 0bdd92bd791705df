import type { Cell } from './cells.js';
import type { Labels, LabelSet, LabelValue } from './labels.js';

/**
 * Finds the cell of a label set through nested Maps: one level per label, keyed
 * by the value as it was given. Joined string keys would be several times slower
 * and can collide.
 *
 * The same cell may hang under several paths, because callers give labels in
 * other orders and as other types; `add` is told each of them once.
 */
export class LabelIndex<C extends Cell> {
  private root = new LabelNode<C>();
  private readonly names = new Set<string>();

  find(labels: Labels): C | undefined {
    let node: LabelNode<C> | undefined = this.root;
    for (const name in labels) {
      node = node.child(name, labels[name]);
      if (node === undefined) return undefined;
    }
    return node.cell;
  }

  findSet({ names, values }: LabelSet): C | undefined {
    let node: LabelNode<C> | undefined = this.root;
    for (let i = 0; i < names.length && node !== undefined; i++) {
      node = node.child(names[i]!, values[i]);
    }
    return node?.cell;
  }

  add(labels: Labels, cell: C): void {
    let node = this.root;
    for (const name in labels) node = node.grow(name, labels[name]);
    node.cell = cell;
  }

  addSet(cell: C): void {
    let node = this.root;
    cell.names.forEach((name, i) => {
      node = node.grow(name, cell.values[i]);
      this.names.add(name);
    });
    node.cell = cell;
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
      if (!(name > previous) || !this.names.has(name)) return false;
      previous = name;
    }
    return true;
  }

  clear(): void {
    this.root = new LabelNode<C>();
    this.names.clear();
  }
}

/**
 * One step on the way to a cell. Nearly every step is followed by values of one
 * label name only, and many by one value only: that one needs no Map. Where there
 * are more, the one that was taken last is often the next one too.
 */
class LabelNode<C extends Cell> {
  cell: C | undefined = undefined;
  private name: string | undefined = undefined;
  private lastValue: LabelValue = undefined;
  private last: LabelNode<C> | undefined = undefined;
  private more: Branches<C> | undefined = undefined;

  child(name: string, value: LabelValue): LabelNode<C> | undefined {
    if (name !== this.name) return this.more?.others?.get(name)?.get(value);
    if (value === this.lastValue) return this.last;
    const next = this.more?.values?.get(value);
    if (next !== undefined) {
      this.last = next;
      this.lastValue = value;
    }
    return next;
  }

  grow(name: string, value: LabelValue): LabelNode<C> {
    const known = this.child(name, value);
    if (known !== undefined) return known;
    const next = new LabelNode<C>();
    if (this.last === undefined) {
      this.name = name;
      this.lastValue = value;
      this.last = next;
    } else {
      this.valuesOf(name, this.last).set(value, next);
    }
    return next;
  }

  private valuesOf(
    name: string,
    last: LabelNode<C>,
  ): Map<LabelValue, LabelNode<C>> {
    this.more ??= { values: undefined, others: undefined };
    if (name === this.name) {
      this.more.values ??= new Map([[this.lastValue, last]]);
      return this.more.values;
    }
    this.more.others ??= new Map();
    let values = this.more.others.get(name);
    if (values === undefined) {
      this.more.others.set(name, (values = new Map()));
    }
    return values;
  }
}

/** What follows a step beyond its first value. */
interface Branches<C extends Cell> {
  /** All values of the first label name. */
  values: Map<LabelValue, LabelNode<C>> | undefined;
  others: Map<string, Map<LabelValue, LabelNode<C>>> | undefined;
}
