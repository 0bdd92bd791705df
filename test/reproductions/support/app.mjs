import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';

/** Puts decorators on a method, as TypeScript does. */
export function decorate(type, method, ...decorators) {
  for (const decorator of decorators) {
    const { prototype } = type;
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method);
    decorator(prototype, method, descriptor);
    Object.defineProperty(prototype, method, descriptor);
  }
}

/** Makes an app with one provider, with or without the module. */
export async function makeApp(type, hasModule) {
  class AppModule {}
  const imports = hasModule ? [MetricsModule.forRoot({ namespace: '' })] : [];
  Injectable()(type);
  Module({ imports, providers: [type] })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger: false,
  });
  return {
    provider: app.get(type),
    /** The lines of the page that begin so; none without the module. */
    samples: async (start) => {
      if (!hasModule) return [];
      const page = await app.get(PrometheusCollector).metrics();
      return page.split('\n').filter((line) => line.startsWith(start));
    },
    close: () => app.close(),
  };
}
