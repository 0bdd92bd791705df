import 'reflect-metadata';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { expect, onTestFinished, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../src/index.js';
import { samples } from './support/collector.js';
import { portOf } from './support/http.js';

@Resolver()
class AnswerResolver {
  @Query(() => String)
  async answer(
    @Args('question', { type: () => String }) question: string,
  ): Promise<string> {
    if (question === '') throw new RangeError('no question');
    return question.toUpperCase();
  }
}

@Module({
  imports: [
    MetricsModule.forRoot({ namespace: '', interceptor: true }),
    GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      autoSchemaFile: true,
    }),
  ],
  providers: [AnswerResolver],
})
class AppModule {}

test('the interceptor measures the resolvers of a GraphQL server', async () => {
  const app = await NestFactory.create(AppModule, { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${portOf(app.getHttpServer())}/graphql`;
  const ask = async (question: string) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ answer(question: "${question}") }` }),
    });
    return (await response.json()) as any;
  };

  expect(await ask('why')).toEqual({ data: { answer: 'WHY' } });
  expect((await ask('')).errors[0].message).toBe('no question');
  expect(
    await samples(app.get(PrometheusCollector), 'handler_executions_total'),
  ).toEqual([
    'handler_executions_total{handler="AnswerResolver",method="answer",status="success",transport="graphql"} 1',
    'handler_executions_total{error_type="RangeError",handler="AnswerResolver",method="answer",status="error",transport="graphql"} 1',
  ]);
});
