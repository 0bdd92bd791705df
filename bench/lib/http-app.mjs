/** A NestJS app on Express, alone in its process: bare, with an interceptor that does nothing, with our module and its interceptor or its HTTP metrics, or with the peer. */
import 'reflect-metadata';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const [variant] = process.argv.slice(2);

/** Of our module, by variant. */
const OPTIONS = { ours: { interceptor: true }, http: { http: true } };

class HelloController {
  hello(name) {
    return { hello: name };
  }
}
const hello = Object.getOwnPropertyDescriptor(
  HelloController.prototype,
  'hello',
);
Get('hello/:name')(HelloController.prototype, 'hello', hello);
Param('name')(HelloController.prototype, 'hello', 0);
Controller()(HelloController);

class AppModule {}
Module({ imports: await modules(), controllers: [HelloController] })(AppModule);

const app = await NestFactory.create(AppModule, { logger: false });
if (variant === 'peer') {
  const { default: bundle } = await import('express-prom-bundle');
  app.use(
    bundle({
      includeMethod: true,
      includePath: true,
      promClient: { collectDefaultMetrics: {} },
    }),
  );
}
if (variant === 'noop') {
  app.useGlobalInterceptors({ intercept: (_context, next) => next.handle() });
}
await app.listen(0, '127.0.0.1');

process.once('disconnect', () => process.exit());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system });
});
process.send({ port: app.getHttpServer().address().port });

async function modules() {
  const options = OPTIONS[variant];
  if (options === undefined) return [];
  const { MetricsModule } = await import('nestjs-agent-metrics');
  return [MetricsModule.forRoot(options)];
}
