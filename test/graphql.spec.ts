import 'reflect-metadata';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Injectable,
  Module,
  type ModuleMetadata,
  Scope,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Args,
  Field,
  GraphQLModule,
  Mutation,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  MetricsInterceptor,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../src/index.js';
import { RejectAll } from './nest/support/app.js';
import { samples } from './support/collector.js';
import { portOf, waitFor } from './support/http.js';

let sayLastWord = () => {};
const lastWord = new Promise<void>((resolve) => (sayLastWord = resolve));

@ObjectType()
class Answer {
  @Field(() => String)
  text!: string;
}

@Resolver(() => Answer)
class AnswerResolver {
  @Query(() => Answer)
  async answer(
    @Args('question', { type: () => String }) question: string,
  ): Promise<Answer> {
    if (question === '') throw new RangeError('no question');
    return { text: question };
  }

  @ResolveField(() => String)
  upper(@Parent() { text }: Answer) {
    return text.toUpperCase();
  }

  @UseGuards(RejectAll)
  @Mutation(() => String, { name: 'forget' })
  forgetAll() {
    return 'never';
  }

  @NoMetrics()
  @Query(() => String)
  hidden() {
    return 'hidden';
  }

  @Subscription(() => String, { resolve: (text: string) => text })
  async *words() {
    yield 'first';
    await lastWord;
    yield 'last';
  }
}

@Resolver()
@UseInterceptors(MetricsInterceptor)
class BoundResolver {
  @Query(() => String)
  bound() {
    return 'bound';
  }

  @UseGuards(RejectAll)
  @Query(() => String, { nullable: true })
  refused() {
    return 'never';
  }
}

@Injectable({ scope: Scope.REQUEST })
@Resolver()
class ScopedResolver {
  @Query(() => String)
  scoped() {
    return 'scoped';
  }
}

/** Replaces a method by a function without a name. */
const LogCalls: MethodDecorator = (_target, _key, descriptor: any) => {
  const original: Function = descriptor.value;
  descriptor.value = function (this: unknown, ...args: unknown[]) {
    return Reflect.apply(original, this, args);
  };
  for (const key of Reflect.getMetadataKeys(original)) {
    const metadata: unknown = Reflect.getMetadata(key, original);
    Reflect.defineMetadata(key, metadata, descriptor.value);
  }
};

@Resolver()
class LoggedResolver {
  @LogCalls
  @Query(() => String)
  logged() {
    return 'logged';
  }

  @Query(() => String)
  @LogCalls
  alsoLogged() {
    return 'also logged';
  }
}

/** A running GraphQL server of these resolvers; closed when the test ends. */
async function startGraphql(
  providers: NonNullable<ModuleMetadata['providers']>,
  interceptor = true,
) {
  @Module({
    imports: [
      MetricsModule.forRoot({ namespace: '', interceptor }),
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        subscriptions: { 'graphql-ws': true },
        fieldResolverEnhancers: ['interceptors'],
      }),
    ],
    providers,
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${portOf(app.getHttpServer())}/graphql`;
  const ask = async (query: string) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as any;
  };
  const counted = () =>
    samples(app.get(PrometheusCollector), 'handler_executions_total');
  return { url, ask, counted };
}

const line = (
  [operation, field]: [string, string],
  [handler, method]: [string, string],
  error = '',
) =>
  error === ''
    ? `handler_executions_total{field="${field}",handler="${handler}",method="${method}",operation="${operation}",status="success",transport="graphql"} 1`
    : `handler_executions_total{error_type="${error}",field="${field}",handler="${handler}",method="${method}",operation="${operation}",status="error",transport="graphql"} 1`;

test('root fields are measured by operation and field, and no others', async () => {
  const { ask, counted } = await startGraphql([AnswerResolver]);
  expect(await ask('{ answer(question: "why") { text upper } }')).toEqual({
    data: { answer: { text: 'why', upper: 'WHY' } },
  });
  const { errors } = await ask('{ answer(question: "") { text } }');
  expect(errors[0].message).toBe('no question');
  expect(await ask('{ hidden }')).toEqual({ data: { hidden: 'hidden' } });
  const answer: [string, string] = ['AnswerResolver', 'answer'];
  expect(await counted()).toEqual([
    line(['query', 'answer'], answer),
    line(['query', 'answer'], answer, 'RangeError'),
  ]);
});

test('what a guard refuses is measured, by the name of the field', async () => {
  const { ask, counted } = await startGraphql([AnswerResolver]);
  const { errors } = await ask('mutation { forget }');
  expect(errors[0].message).toBe('Forbidden resource');
  expect(await counted()).toEqual([
    line(
      ['mutation', 'forget'],
      ['AnswerResolver', 'forgetAll'],
      'ForbiddenException',
    ),
  ]);
});

test('a subscription lasts until its last word', async () => {
  const { url, counted } = await startGraphql([AnswerResolver]);
  const socket = new WebSocket(
    url.replace('http', 'ws'),
    'graphql-transport-ws',
  );
  onTestFinished(() => socket.terminate());
  const received: any[] = [];
  socket.on('message', (text: Buffer) =>
    received.push(JSON.parse(text.toString())),
  );
  const receive = (type: string) =>
    waitFor(() => received.some((message) => message.type === type), type);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await receive('connection_ack');
  socket.send(
    JSON.stringify({
      type: 'subscribe',
      id: '1',
      payload: { query: 'subscription { words }' },
    }),
  );
  await receive('next');
  expect(await counted()).toEqual([]);
  sayLastWord();
  await receive('complete');
  const words = received.filter(({ type }) => type === 'next');
  expect(words.map(({ payload }) => payload.data.words)).toEqual([
    'first',
    'last',
  ]);
  expect(await counted()).toEqual([
    line(['subscription', 'words'], ['AnswerResolver', 'words']),
  ]);
});

test('field and method are the names of the property where a decorator has replaced the resolver', async () => {
  const { ask, counted } = await startGraphql([LoggedResolver]);
  expect(await ask('{ logged alsoLogged }')).toEqual({
    data: { logged: 'logged', alsoLogged: 'also logged' },
  });
  expect(await counted()).toEqual([
    line(['query', 'logged'], ['LoggedResolver', 'logged']),
    line(['query', 'alsoLogged'], ['LoggedResolver', 'alsoLogged']),
  ]);
});

test('resolvers that are made for each request are measured', async () => {
  const { ask, counted } = await startGraphql([ScopedResolver]);
  expect(await ask('{ scoped }')).toEqual({ data: { scoped: 'scoped' } });
  expect(await counted()).toEqual([
    line(['query', 'scoped'], ['ScopedResolver', 'scoped']),
  ]);
});

test('a bound interceptor measures what guards let pass, and once', async () => {
  for (const interceptor of [false, true]) {
    const { ask, counted } = await startGraphql([BoundResolver], interceptor);
    expect(await ask('{ bound }')).toEqual({ data: { bound: 'bound' } });
    await ask('{ refused }');
    const lines = await counted();
    expect(lines).toContain(
      line(['query', 'bound'], ['BoundResolver', 'bound']),
    );
    expect(lines).toHaveLength(interceptor ? 2 : 1);
  }
});
