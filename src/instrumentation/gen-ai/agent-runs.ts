import { AsyncLocalStorage } from 'node:async_hooks';

/** An agent run while it goes on. */
// Why: docs/decisions/instrumentation.md, "A run has what begins in it".
export class AgentRunContext {
  inferenceCalls = 0;
  toolCalls = 0;

  constructor(
    readonly agent: string,
    private readonly storage: AsyncLocalStorage<AgentRunContext>,
  ) {}

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
    return new AgentRunContext(agent, this.storage);
  }
}
