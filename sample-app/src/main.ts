import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { Composer } from './composers/composer.js';
import { readPort } from './config.js';
import { welcome } from './welcome.js';

async function bootstrap(): Promise<void> {
  const port = readPort(process.env);
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    abortOnError: false,
  });
  app.enableShutdownHooks();
  await app.listen(port);

  const address = app.getHttpServer().address() as AddressInfo;
  console.log(welcome(address.port, app.get(Composer)));
}

try {
  await bootstrap();
} catch (error) {
  console.error(`The sample app cannot start: ${(error as Error).message}`);
  process.exit(1);
}
