import { setImmediate } from 'node:timers/promises';
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

/**
 * Bytes on the heap that `work` leaves behind: the median of three rounds after a first one,
 * as what compilers, growing tables and pending promises keep is not there in each.
 */
export async function heapKeptBy(
  work: (round: number) => unknown,
): Promise<number> {
  const kept: number[] = [];
  for (let round = 0; round < 4; round++) {
    const before = usedHeap();
    await work(round);
    await setImmediate();
    kept.push(usedHeap() - before);
  }
  return kept.slice(1).sort((a, b) => a - b)[1]!;
}
