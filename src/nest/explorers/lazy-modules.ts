import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LazyModuleLoader, ModulesContainer } from '@nestjs/core';
import type { Module } from './app-classes.js';
import { patchMethod } from '../../core/patch-method.js';

type Listener = (modules: readonly Module[]) => void;

/** Reports the modules that an app loads after its start. Nest calls no hooks of their providers. */
@Injectable()
export class LazyModules implements OnModuleInit {
  private readonly known = new WeakSet<Module>();
  private readonly listeners: Listener[] = [];

  constructor(
    private readonly loader: LazyModuleLoader,
    private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    this.takeNew();
    patchMethod(this.loader, 'load', (load) => async (...args) => {
      const moduleRef = await Reflect.apply(load, this.loader, args);
      this.tell();
      return moduleRef;
    });
  }

  /** Adds a listener, which receives modules once their instances exist. It must not throw. */
  onLoad(listener: Listener): void {
    this.listeners.push(listener);
  }

  private tell(): void {
    const added = this.takeNew();
    if (added.length === 0) return;
    for (const listener of this.listeners) listener(added);
  }

  /** Skips modules that another `load()` is still instantiating. */
  private takeNew(): Module[] {
    const added = [...this.modules.values()].filter(
      (module) => !this.known.has(module) && module.isInstantiated !== false,
    );
    for (const module of added) this.known.add(module);
    return added;
  }
}
