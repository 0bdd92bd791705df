import type { DynamicModule, ExistingProvider } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { MetricsCollector } from '../collector/metrics-collector.js';
import { PrometheusCollector } from '../collector/prometheus-collector.js';
import { MetricsHealthIndicator } from './metrics-health.indicator.js';
import { AgentMetrics } from '../instrumentation/gen-ai/agent-metrics.js';
import { MetricsExporters } from './metrics.exporters.js';
import {
  otherCopies,
  type Copy,
  type CopyListener,
  isFirstWarning,
  listenToCopies,
  registerCopy,
} from '../core/copies.js';
import type { Warn } from '../core/logger.js';
import { PROTOCOL } from '../core/shared-state.js';

/** The classes that apps inject. Each copy of the package has its own. */
const TOKENS: Readonly<Record<string, Function>> = {
  MetricsCollector,
  PrometheusCollector,
  AgentMetrics,
  MetricsExporters,
  MetricsHealthIndicator,
};

const ownCopy = registerCopy(TOKENS);

/**
 * Provides the classes of other copies as aliases of this module's instances. The getters
 * run when NestJS scans the module: by then the app has loaded all copies that it imports.
 */
export function withAliases(definition: DynamicModule): DynamicModule {
  const { providers = [], exports = [] } = definition;
  return {
    ...definition,
    get providers() {
      return [...providers, ...otherCopies(ownCopy).flatMap(aliasesOf)];
    },
    get exports() {
      const aliases = otherCopies(ownCopy).flatMap(aliasesOf);
      return [...exports, ...aliases.map(({ provide }) => provide)];
    },
  };
}

/** Aliases under the classes of another copy. A copy with another protocol cannot use them. */
function aliasesOf({ protocol, classes }: Copy): ExistingProvider[] {
  if (protocol !== PROTOCOL) return [];
  return Object.entries(TOKENS).flatMap(([name, useExisting]) => {
    const provide = classes.get(name)?.deref();
    return provide === undefined ? [] : [{ provide, useExisting }];
  });
}

/** Connects an app with other copies of this package, also with those that are loaded later. */
export class OtherCopies implements CopyListener {
  private readonly stopListening = listenToCopies(this);

  /**
   * @param module the instance of the module that the app imports.
   * @param warn `undefined` if metrics are disabled: nothing can be missing then.
   */
  constructor(
    private readonly module: object,
    private readonly modules: ModulesContainer,
    private readonly warn: Warn | undefined,
  ) {
    for (const copy of otherCopies(ownCopy)) this.checkProtocol(copy);
  }

  /** Warns if the app also imports the module of another copy. All modules must exist. */
  checkModules(): void {
    for (const copy of otherCopies(ownCopy)) {
      if (!this.hasModuleOf(copy)) continue;
      this.warnAbout(
        copy,
        'The app imports MetricsModule from two copies of nestjs-agent-metrics',
        'Each records a part of the calls. Import it once, in the root module',
      );
    }
  }

  copyLoaded(copy: Copy): void {
    this.checkProtocol(copy);
    const module = [...this.modules.values()].find(
      ({ instance }) => instance === this.module,
    );
    for (const alias of aliasesOf(copy)) {
      module?.addProvider(alias);
      module?.addExportedProviderOrModule(alias);
    }
  }

  close(): void {
    this.stopListening();
  }

  private checkProtocol(copy: Copy): void {
    if (copy.protocol === PROTOCOL) return;
    this.warnAbout(
      copy,
      'Two versions of nestjs-agent-metrics are loaded that cannot work together',
      'Calls of methods that are decorated with the second one are not recorded. Install one version: "npm ls nestjs-agent-metrics" lists them',
    );
  }

  private hasModuleOf({ classes }: Copy): boolean {
    const collector = classes.get('PrometheusCollector')?.deref();
    return [...this.modules.values()].some(
      ({ providers }) => providers.get(collector!)?.isAlias === false,
    );
  }

  private warnAbout(copy: Copy, fact: string, advice: string): void {
    if (this.warn === undefined || !isFirstWarning(ownCopy, copy)) return;
    this.warn(
      `${fact}: ${placeOf(ownCopy)} and ${placeOf(copy)}. ${advice}.`,
      'two_copies',
    );
  }
}

function placeOf({ version, path }: Copy): string {
  return `${version} in ${path}`;
}
