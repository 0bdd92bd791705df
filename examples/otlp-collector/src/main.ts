import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
// At a signal, the app sends what it has recorded since the last export.
app.enableShutdownHooks();
await app.listen(process.env.PORT ?? 3000);
