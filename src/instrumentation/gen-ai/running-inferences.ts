import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { instant } from '../../core/clock.js';
import { joinedKey } from '../../core/joined-key.js';
import { type MethodCalls, RunningCalls } from '../calls/running-calls.js';
import { RUNNING_METRICS } from './own-metrics.js';
import type { RunningInference } from './running-inference.js';

const METRIC = {
  name: RUNNING_METRICS.running.name,
  description: undefined,
  summary: RUNNING_METRICS.running.description,
  labels: undefined,
};

/** How many label sets are counted. Without a limit, unexpected names of models would fill the memory. */
const MAX_KEPT = 1_000;

/** What running inferences are counted by. */
interface Requested {
  readonly agent: string | undefined;
  readonly model: string;
  readonly provider: string;
}

/** An inference that is counted while it runs. */
interface Counted {
  ended(): void;
}

export const UNCOUNTED: Counted = { ended: () => {} };

/** A stream that its consumer has dropped never ends: it is no longer counted once it is collected. To register each inference would cost as much as all else of it. */
const dropped = new FinalizationRegistry<Counted>((one) => one.ended());

/** Counts the inferences that are running, with the age of the oldest. */
export class RunningInferences {
  private readonly calls: RunningCalls;
  private readonly kept = new Map<string, MethodCalls>();

  constructor(collector: MetricsCollector) {
    this.calls = new RunningCalls(collector);
  }

  begin(request: Requested): Counted {
    return this.of(request)?.add(instant()) ?? UNCOUNTED;
  }

  /** Ends what is counted when the inference is dropped. */
  endWith(inference: RunningInference, counted: Counted): void {
    dropped.register(inference, counted);
  }

  private of({ agent, model, provider }: Requested): MethodCalls | undefined {
    const key = joinedKey([agent ?? '', model, provider]);
    let calls = this.kept.get(key);
    if (calls === undefined && this.kept.size < MAX_KEPT) {
      calls = this.calls.of(METRIC, { agent, model, provider });
      this.kept.set(key, calls);
    }
    return calls;
  }
}
