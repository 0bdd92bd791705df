import 'reflect-metadata';
import type {
  CanActivate,
  INestApplication,
  ModuleMetadata,
} from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { onTestFinished } from 'vitest';
import { portOf } from '../../support/http.js';

/** The HTTP adapters that everything must work on. */
export const ADAPTERS = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

export type MakeAdapter = (typeof ADAPTERS)[number][1];

export interface RunningApp {
  app: INestApplication;
  url: string;
  get: (path: string, init?: RequestInit) => Promise<Response>;
  text: (path: string) => Promise<string>;
}

/** Makes and starts an app of these parts on a free port; closed when the test ends. */
export async function startApp(
  metadata: ModuleMetadata,
  makeAdapter: MakeAdapter = ADAPTERS[0][1],
  configure: (app: INestApplication) => void = () => {},
): Promise<RunningApp> {
  @Module(metadata)
  class AppModule {}
  const app: INestApplication = await NestFactory.create(
    AppModule,
    makeAdapter() as ExpressAdapter,
    { logger: false, abortOnError: false },
  );
  onTestFinished(() => app.close());
  configure(app);
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${portOf(app.getHttpServer())}`;
  // Read to the end, so that no answer is still on its way when the app is closed.
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, init);
    const body = await response.arrayBuffer();
    const { status, headers } = response;
    return new Response(body, { status, headers });
  };
  return { app, url, get, text: async (path) => (await get(path)).text() };
}

/** Turns everything away. */
export class RejectAll implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}
