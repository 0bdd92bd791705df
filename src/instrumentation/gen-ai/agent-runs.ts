import { AsyncLocalStorage } from 'node:async_hooks';
import { Decimal } from '../../accounting/decimal.js';
import type { Charge } from '../../accounting/prices/price-list.js';
import type { Money, TokenUsage } from '../../accounting/usage.js';

/** What the inferences of an agent run have taken. */
export class RunTotals {
  inputTokens: number | undefined = undefined;
  outputTokens: number | undefined = undefined;
  /** Whether some of the tokens are estimated. */
  isEstimated = false;
  /** By currency. */
  private readonly costs = new Map<string, Decimal>();

  get money(): readonly Money[] {
    return [...this.costs].map(([currency, amount]) => ({
      amount: amount.toString(),
      currency,
    }));
  }

  add({ inputTokens, outputTokens }: TokenUsage, charge?: Charge): void {
    this.inputTokens = sum(this.inputTokens, inputTokens);
    this.outputTokens = sum(this.outputTokens, outputTokens);
    if (charge === undefined) return;
    const { currency, amount } = charge;
    const before = this.costs.get(currency) ?? Decimal.ZERO;
    this.costs.set(currency, before.plus(amount));
  }
}

/** The sum of two numbers that may be unknown. */
function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}

/** An agent run while it goes on. */
// Why: docs/decisions/instrumentation.md, "A run has what begins in it".
export class AgentRunContext {
  inferenceCalls = 0;
  toolCalls = 0;
  /** `undefined` until an inference has ended in the run. */
  totals: RunTotals | undefined = undefined;

  constructor(
    readonly agent: string,
    private readonly storage: AsyncLocalStorage<AgentRunContext>,
    private readonly outer: AgentRunContext | undefined,
  ) {}

  /** Adds what an inference took to the run and to those around it: an answer costs what all of them do. */
  took(
    usage: TokenUsage,
    charge: Charge | undefined,
    isEstimated: boolean,
  ): void {
    this.totals ??= new RunTotals();
    this.totals.add(usage, charge);
    this.totals.isEstimated ||= isEstimated;
    this.outer?.took(usage, charge, isEstimated);
  }

  /** Runs some work of the run: what it calls, now or later, belongs to the run. */
  run<T>(work: () => T): T {
    return this.storage.run(this, work);
  }

  /** As {@link run}, without a frame on the stack: what follows belongs to the run until the returned function is called. */
  enter(): () => void {
    const { storage } = this;
    const outer = storage.getStore();
    storage.enterWith(this);
    return () => storage.enterWith(outer as AgentRunContext);
  }
}

/** Knows which agent run some code belongs to, however deep it was called. */
export class AgentRuns {
  private readonly storage = new AsyncLocalStorage<AgentRunContext>();

  /** The innermost run around the caller. */
  get current(): AgentRunContext | undefined {
    return this.storage.getStore();
  }

  begin(agent: string): AgentRunContext {
    return new AgentRunContext(agent, this.storage, this.current);
  }
}
