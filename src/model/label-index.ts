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

  find(labels: Labels): C | undefined {
    let node: LabelNode<C> | undefined = this.root;
    for (const name in labels) {
      node = node.under(name)?.get(labels[name]);
      if (node === undefined) return undefined;
    }
    return node.cell;
  }

  findSet({ names, values }: LabelSet): C | undefined {
    let node: LabelNode<C> | undefined = this.root;
    for (let i = 0; i < names.length && node !== undefined; i++) {
      node = node.under(names[i]!)?.get(values[i]);
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
    cell.names.forEach((name, i) => (node = node.grow(name, cell.values[i])));
    node.cell = cell;
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

  under(name: string): Map<LabelValue, LabelNode<C>> | undefined {
    return name === this.name ? this.values : this.others?.get(name);
  }

  grow(name: string, value: LabelValue): LabelNode<C> {
    const values = this.under(name) ?? this.branch(name);
    let next = values.get(value);
    if (next === undefined) values.set(value, (next = new LabelNode<C>()));
    return next;
  }

  private branch(name: string): Map<LabelValue, LabelNode<C>> {
    const values = new Map<LabelValue, LabelNode<C>>();
    if (this.name === undefined) {
      this.name = name;
      this.values = values;
    } else {
      (this.others ??= new Map()).set(name, values);
    }
    return values;
  }
}
