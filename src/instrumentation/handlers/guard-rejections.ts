import { AsyncLocalStorage } from 'node:async_hooks';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { ApplicationConfig } from '@nestjs/core';
import { finalize, isObservable } from 'rxjs';
import type { HandlerMetrics } from './handler-metrics.js';
import type { Run } from '../calls/run.js';

/** Stands for the error of the guard, which only exception filters receive. */
const REJECTION = Object.assign(new Error('A guard turned the call away'), {
  name: 'GuardRejection',
});

/**
 * A guard that comes first and notes which handlers a message is for. Those that no interceptor
 * has taken when the message ends were rejected by a later guard.
 */
// Why: docs/decisions/instrumentation.md, "A first guard notices rejections where no hook exists".
export class GuardRejections implements CanActivate {
  private readonly messages = new AsyncLocalStorage<Message>();

  constructor(
    private readonly config: ApplicationConfig,
    private readonly handlers: HandlerMetrics,
  ) {}

  /** Installs the guard before all others. Only for transports that need it: a guard slows all handlers. */
  installFirst(): void {
    const guards = this.config.getGlobalGuards();
    if (!guards.includes(this)) guards.unshift(this);
  }

  canActivate(context: ExecutionContext): boolean {
    this.messages.getStore()?.add(context);
    return true;
  }

  /** Wraps a function that handles messages. */
  watch(handle: (...args: any[]) => unknown) {
    return async (...args: unknown[]): Promise<any> => {
      const message = new Message(this.handlers);
      try {
        const answer = await this.messages.run(message, () => handle(...args));
        if (isObservable(answer)) {
          return answer.pipe(finalize(() => message.end()));
        }
        message.end();
        return answer;
      } catch (error) {
        message.end();
        throw error;
      }
    };
  }
}

/** A message while one or more handlers process it. */
class Message {
  private readonly calls: { context: ExecutionContext; run: Run }[] = [];

  constructor(private readonly handlers: HandlerMetrics) {}

  add(context: ExecutionContext): void {
    const run = this.handlers.recorderFor(context)?.begin(context.getArgs());
    if (run !== undefined) this.calls.push({ context, run });
  }

  end(): void {
    for (const { context, run } of this.calls.splice(0)) {
      if (this.handlers.claimRecorder(context) !== undefined)
        run.fail(REJECTION);
    }
  }
}
