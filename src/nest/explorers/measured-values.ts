import { types } from 'node:util';
import { isMeasured } from '../../instrumentation/measured-class.js';

/** The number of values that are inspected in the value of one provider. */
export const MAX_VALUES = 10_000;

/** The result of a search. */
export interface MeasuredValues {
  /** Instances of classes with decorated methods. */
  readonly instances: readonly object[];
  /** Whether the value has more values than are inspected. */
  readonly isCut: boolean;
}

/** Finds the instances with decorated methods in what a factory or a value provides. Never throws. */
// Why: docs/decisions/instrumentation.md, "Agents in containers are searched for, with limits".
export function measuredValues(root: unknown): MeasuredValues {
  const instances: object[] = [];
  const queue: unknown[] = [root];
  const seen = new Set<unknown>();
  for (let i = 0; i < queue.length && i < MAX_VALUES; i++) {
    const value = queue[i];
    if (typeof value !== 'object' || value === null || seen.has(value)) {
      continue;
    }
    seen.add(value);
    const isRoot = i === 0;
    try {
      const isProxy = types.isProxy(value);
      if (isProxy && !isRoot) continue;
      const isOurs = isMeasured(value);
      if (isOurs) instances.push(value);
      if (isProxy) continue;
      if (isRoot || isOurs || isContainer(value)) addParts(queue, value);
    } catch {
      // A provided value that throws when its properties are read is skipped.
    }
  }
  return { instances, isCut: queue.length > MAX_VALUES };
}

function isContainer(value: object): boolean {
  return (
    Array.isArray(value) ||
    types.isMap(value) ||
    types.isSet(value) ||
    isPlain(value)
  );
}

/** Whether an object is a plain one, also one of another realm: test runners have several. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function addParts(queue: unknown[], value: object): void {
  if (ArrayBuffer.isView(value)) return;
  const parts = types.isMap(value)
    ? Map.prototype.values.call(value)
    : types.isSet(value)
      ? Set.prototype.values.call(value)
      : dataOf(value);
  for (const part of parts) {
    if (queue.length > MAX_VALUES) return;
    queue.push(part);
  }
}

/** The values of own properties, without accessors. */
function* dataOf(value: object): Iterable<unknown> {
  for (const key of Reflect.ownKeys(value)) {
    yield Object.getOwnPropertyDescriptor(value, key)?.value;
  }
}
