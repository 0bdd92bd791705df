import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { lastValueFrom, of, toArray } from 'rxjs';
import { expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { samples } from '../support/collector.js';
import { freePort } from '../support/http.js';

@Controller()
class ToolsController {
  @MessagePattern('search')
  search(@Payload() word: string) {
    if (word === '') throw new RpcException('nothing to search for');
    return of('first', 'last');
  }
}

@Module({
  imports: [MetricsModule.forRoot({ namespace: '', interceptor: true })],
  controllers: [ToolsController],
})
class AppModule {}

test('the interceptor measures the messages of a microservice', async () => {
  const options = { host: '127.0.0.1', port: await freePort() };
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(
    AppModule,
    { transport: Transport.TCP, options, logger: false },
  );
  onTestFinished(() => service.close());
  await service.listen();
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options,
  });
  onTestFinished(() => void client.close());

  const found = client.send<string>('search', 'metrics').pipe(toArray());
  expect(await lastValueFrom(found)).toEqual(['first', 'last']);
  await expect(lastValueFrom(client.send('search', ''))).rejects.toMatchObject({
    message: 'nothing to search for',
  });

  const collector = service.get(PrometheusCollector);
  expect(await samples(collector, 'handler_executions_total')).toEqual([
    'handler_executions_total{handler="ToolsController",method="search",status="success",transport="rpc"} 1',
    'handler_executions_total{error_type="RpcException",handler="ToolsController",method="search",status="error",transport="rpc"} 1',
  ]);
  expect(await collector.healthCheck()).toMatchObject({
    healthy: true,
    server_running: false,
  });
});
