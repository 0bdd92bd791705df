import { AsyncLocalStorage } from 'node:async_hooks';

/** An agent run while it goes on. */
export class AgentRunContext {
  inferenceCalls = 0;
  toolCalls = 0;

  constructor(
    readonly agent: string,
    private readonly storage: AsyncLocalStorage<AgentRunContext>,
  ) {}

  /** Does some work of the run: what it calls, now or later, belongs to the run. */
  enter<T>(work: () => T): T {
    return this.storage.run(this, work);
  }

  /** Makes what follows part of the run, until the returned function is called: what `run()` of the storage does, without a frame on the stack. */
  open(): () => void {
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
