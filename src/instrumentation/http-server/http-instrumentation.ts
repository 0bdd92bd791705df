import type { HttpServer } from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { Subscription } from 'rxjs';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { OptionsError, shown } from '../../core/errors.js';
import { catchAndReport } from '../../core/catch-and-report.js';
import { markExcludedRoutes } from './excluded-routes.js';
import { ExpressFramework } from './express.js';
import { FastifyFramework } from './fastify.js';
import type { HttpConfig } from './http.options.js';
import type { HttpFramework } from './http-framework.js';
import { HttpRequests } from './http-requests.js';
import { isExcludedClass } from '../no-metrics.js';

/** Measures the HTTP requests to one app, from the creation of its adapter until it is closed. */
export class HttpInstrumentation {
  private readonly subscription: Subscription;
  private started = false;
  private framework: HttpFramework | undefined = undefined;
  private requests: HttpRequests | undefined = undefined;

  /** Must be created early: requests that earlier middleware answers are not measured. */
  constructor(
    private readonly collector: MetricsCollector,
    private readonly options: HttpConfig,
    host: HttpAdapterHost,
  ) {
    this.subscription = host.init$.subscribe(() =>
      this.start(host.httpAdapter),
    );
  }

  /**
   * Must run before Nest registers its routes. An app may start again after it was closed, with a
   * new adapter, as in tests that create several apps with one builder.
   */
  beforeRoutes(modules: ModulesContainer, adapter: HttpServer): void {
    if (!this.started) this.start(adapter);
    markExcludedRoutes(modules);
    this.framework?.beforeRoutes((method, path, handler) => {
      if (typeof path === 'string' && !isExcludedClass(handler))
        this.requests?.startRoute(method.toUpperCase(), path);
    });
  }

  /** Must run right after Nest has registered its routes. */
  afterRoutes(): void {
    this.framework?.afterRoutes();
  }

  close(): void {
    this.subscription.unsubscribe();
    this.requests?.close();
    this.framework = undefined;
    this.started = false;
  }

  /** Standalone applications and microservices have no adapter. */
  private start(adapter: HttpServer | undefined): void {
    if (!adapter) return;
    this.started = true;
    // An error that is thrown from here would end the process.
    catchAndReport(this.collector, 'http', () => {
      this.framework = frameworkOf(adapter);
      this.requests = new HttpRequests(
        this.collector,
        this.framework,
        this.options,
      );
    });
  }
}

function frameworkOf(adapter: HttpServer): HttpFramework {
  const type = adapter.getType();
  if (type === 'express') return new ExpressFramework(adapter);
  if (type === 'fastify') return new FastifyFramework(adapter);
  throw new OptionsError(
    `http is set on the HTTP adapter ${shown(type)}; expected Express or Fastify`,
  );
}
