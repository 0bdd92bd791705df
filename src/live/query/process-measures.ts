import type { ProcessPoints } from '../answers.js';
import { Levels, Sums } from './measures.js';
import type { Query } from './query.js';

/** Measures the process: CPU, memory and the event loop. */
export class ProcessMeasures {
  private readonly cpu: Sums;
  private readonly memory: Levels;
  private readonly heap: Levels;
  private readonly lag: Levels;

  constructor(query: Query) {
    const { window } = query;
    this.cpu = new Sums(window, 'lines');
    this.memory = new Levels(window);
    this.heap = new Levels(window);
    this.lag = new Levels(window, Math.max);
    const watch = (ending: string, measure: Levels | Sums) => {
      const name = query.familyEnding(ending)?.name ?? ending;
      query.watchEach([name], () => measure);
    };
    watch('process_cpu_seconds_total', this.cpu);
    watch('process_resident_memory_bytes', this.memory);
    watch('nodejs_heap_size_used_bytes', this.heap);
    watch('nodejs_eventloop_lag_p99_seconds', this.lag);
  }

  points(): ProcessPoints {
    return {
      cpu: this.cpu.per(1),
      memory: this.memory.points(),
      heap: this.heap.points(),
      lag: this.lag.points(),
    };
  }
}
