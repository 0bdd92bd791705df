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
  }
}

/** One step on the way to a cell. */
class LabelNode<C extends Cell> {
  cell: C | undefined = undefined;
  /** Nearly every node is followed by one label name only, which is kept beside the Map of its values. */
  private name: string | undefined = undefined;
  private values: Map<LabelValue, LabelNode<C>> | undefined = undefined;
  private others: Map<string, Map<LabelValue, LabelNode<C>>> | undefined =
    undefined;
  /** The step that was taken last is often the next one too, and spares the look-up in the Map. */
  private lastValue: LabelValue = undefined;
  private last: LabelNode<C> | undefined = undefined;

  child(name: string, value: LabelValue): LabelNode<C> | undefined {
    if (name !== this.name) return this.others?.get(name)?.get(value);
    if (value === this.lastValue && this.last !== undefined) return this.last;
    const next = this.values!.get(value);
    if (next !== undefined) {
      this.last = next;
      this.lastValue = value;
    }
    return next;
  }

  grow(name: string, value: LabelValue): LabelNode<C> {
    const values = this.valuesOf(name);
    let next = values.get(value);
    if (next === undefined) values.set(value, (next = new LabelNode<C>()));
    return next;
  }

  private valuesOf(name: string): Map<LabelValue, LabelNode<C>> {
    if (this.name === undefined) {
      this.name = name;
      this.values = new Map();
    }
    if (name === this.name) return this.values!;
    this.others ??= new Map();
    let values = this.others.get(name);
    if (values === undefined) this.others.set(name, (values = new Map()));
    return values;
  }
}
