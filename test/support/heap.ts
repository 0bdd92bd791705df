import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes on the heap that something still refers to. */
export function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Bytes on the heap that `work` leaves behind. */
export function heapKeptBy(work: () => void): number {
  const before = usedHeap();
  work();
  return usedHeap() - before;
}
