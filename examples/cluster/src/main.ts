import cluster from 'node:cluster';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const WORKERS = 4;

if (cluster.isPrimary) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
  cluster.on('exit', (_worker, _code, signal?: string) => {
    // A worker that cannot start would not start again either; one that was killed does.
    if (signal) cluster.fork();
  });
} else {
  const app = await NestFactory.create(AppModule, {
    logger: ['error', 'warn'],
  });
  app.enableShutdownHooks();
  await app.listen(process.env.PORT ?? 3000);
  console.log(`Process ${process.pid} listens`);
}
